// SPDX-License-Identifier: Apache-2.0
// All that the vault needs to send events. Every `track("…")` in this folder is typed by the
// catalog: a name or a property outside of it does not compile.
import { type Client, hashFilters, init, track } from "@telesift/browser";
import type { Found, Me, Search } from "./api";

let client: Client | undefined;

/** Start sending for whoever is signed in. Events tracked before this come along. */
export function startTelemetry({ features, services }: Me) {
  client = init({
    endpoint: `${services.processor}/v1/logs`,
    psrEndpoint: `${services.psr}/psr`,
    credentials: "include", // Both recognise people by our session's cookie.
    sink: "otlp",
    enabled: features.telemetry,
    serviceName: "prompt-vault-web",
    serviceVersion: "1.0.0",
  });
}

/** Send what is left while the session can still vouch for it. */
export async function endTelemetry() {
  track("auth.logout");
  await client?.shutdown();
}

/** Count the milliseconds of an action: `const elapsed = stopwatch(); …; elapsed()`. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => Math.round(performance.now() - start);
}

/** Say that a list was narrowed; what somebody typed or chose stays in this page. */
export async function trackSearch({ q, collection, tag }: Search, found: Found, ms: number) {
  const seen = {
    result_count: found.items.length,
    filter_hash: await hashFilters({ collection, tag }),
    latency_ms: ms,
  };
  if (q) track("vault.search_performed", { ...seen, query_len: q.length });
  else if (collection || tag) track("vault.filtered_collection", seen);
}
