// SPDX-License-Identifier: Apache-2.0

import { TRACE_LIFETIME_MS } from "../limits.js";
import type { InitOptions } from "./options.js";

let latest: string | undefined;

/**
 * Set the trace of an answer for the events that follow, and return the answer.
 *
 * Reads `traceresponse`, or `traceparent` from servers that answer with that one.
 * A cross-origin server has to expose them (`Access-Control-Expose-Headers`).
 * The latest answer wins, for ten seconds: what comes later has another cause.
 */
export function withTrace<R extends Response>(response: R): R {
  const { headers } = response;
  const traceparent = headers.get("traceresponse") ?? headers.get("traceparent") ?? undefined;
  latest = traceparent;
  setTimeout(() => {
    if (latest === traceparent) latest = undefined;
  }, TRACE_LIFETIME_MS);
  return response;
}

/** The trace of the latest answer. */
export const latestTraceparent = (): string | undefined => latest;

/** The trace that an event belongs to: the application's, or else the latest answer's. */
export function activeTraceparent({ traceContext }: InitOptions): string | undefined {
  try {
    return traceContext?.() ?? latest;
  } catch {
    return latest; // The event matters more than its trace.
  }
}
