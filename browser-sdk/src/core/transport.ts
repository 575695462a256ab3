// SPDX-License-Identifier: Apache-2.0

import { KEEPALIVE_BYTES } from "../limits.js";
import type { InitOptions } from "./options.js";
import type { Page } from "./page.js";
import { utf8Length } from "./utf8.js";

/** In place of an HTTP status: no connection, or it broke. */
export const UNREACHABLE = 0;
/** In place of an HTTP status: no answer in time. It may have arrived. */
export const TIMED_OUT = -1;
/** In place of an HTTP status: the page was left meanwhile. It most likely arrived. */
export const PAGE_LEFT = 1;

/** What became of a request. */
export interface Answer {
  /** The HTTP status, or one of the above. */
  status: number;
  /** The answer's headers and text, if there was one. */
  headers?: Headers;
  text?: string;
}

/** Bytes of this page's keepalive requests under way; the quota is the page's, not a sink's. */
let underWay = 0;

/** Return how many bytes a keepalive request of this page may have now. */
export const keepaliveBytes = (): number => KEEPALIVE_BYTES - underWay;

/** Post a request and return what became of it. Never rejects. */
export async function post(
  body: string,
  { endpoint = "/v1/logs", headers, credentials }: InitOptions,
  page: Page,
  timeout: number,
  traceparent: string | undefined,
): Promise<Answer> {
  const { visit } = page;
  const abort = new AbortController();
  // On the way out nothing is aborted: a hidden page waits until it is seen again.
  const timer = setInterval(() => document.hidden || abort.abort(), timeout);
  const bytes = utf8Length(body);
  const keepalive = bytes <= keepaliveBytes();
  if (keepalive) underWay += bytes;
  try {
    // No await before this: on the way out, only what runs now runs at all.
    const response = await fetch(endpoint, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        ...(traceparent && { traceparent }),
        ...(typeof headers === "function" ? headers() : headers),
      },
      credentials,
      keepalive,
      signal: abort.signal,
    });
    // Read to the end, whatever it says: Chromium gives the keepalive bytes back only then.
    // https://github.com/open-telemetry/opentelemetry-js/issues/7001
    const text = await response.text().catch(() => "");
    return { status: response.status, headers: response.headers, text };
  } catch {
    // Browsers reject the requests of a page that is being left, though the server gets them.
    if (!visit || visit !== page.visit) return { status: PAGE_LEFT };
    return { status: abort.signal.aborted ? TIMED_OUT : UNREACHABLE };
  } finally {
    clearInterval(timer);
    if (keepalive) underWay -= bytes;
  }
}
