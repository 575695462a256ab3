// SPDX-License-Identifier: Apache-2.0

import type { Trace } from "./event.js";
import { now } from "./now.js";
import type { InitOptions, RequestHeaders } from "./options.js";
import type { Page } from "./page.js";

/** In place of an HTTP status: no connection, or no answer of a telemetry server. */
export const UNREACHABLE = 0;
/** In place of an HTTP status: no answer in time. It may have arrived. */
export const TIMED_OUT = -1;
/** In place of an HTTP status: the page was left meanwhile. It most likely arrived. */
export const PAGE_LEFT = 1;

/** What became of a request. */
export interface Answer {
  /** The HTTP status, or one of the above. */
  status: number;
  /** The answer's headers, if there was one. */
  headers?: Headers;
  /** The JSON of a success, the text of anything else; for messages, why there is no answer. */
  body?: unknown;
}

/** Posts a request and returns what became of it. Never rejects. */
export type Post = (
  body: string,
  trace: Trace | undefined,
  abort: AbortController,
  keepalive: boolean,
) => Promise<Answer>;

/**
 * Run `work` while no other tab of this origin does, unless the page has no time for that.
 *
 * Browsers open six connections to an HTTP/1.1 server: a hung one holds one of them, not all.
 * Pages without Web Locks (not on https, sandboxed frames) run it at once.
 */
export const exclusively = <T>(
  { away }: Page,
  { signal }: AbortController,
  work: () => Promise<T>,
): Promise<T> =>
  (!away && navigator.locks?.request("telesift", { signal }, work).catch(work)) || work();

/** Create the function that posts the requests of a page. */
export function createPost(
  { endpoint = "/v1/logs", headers, credentials }: InitOptions,
  page: Page,
): Post {
  let known: RequestHeaders | undefined; // For a page that cannot wait for new ones.

  return async function post(body, trace, abort, keepalive) {
    const { signal } = abort;
    const { left } = page;
    try {
      const given = typeof headers === "function" ? headers() : headers;
      // No await on the way out: only what runs now runs at all.
      if (!page.away) known = await given;
      else if (!(given as Promise<RequestHeaders>)?.then) known = given as RequestHeaders;
      const response = await fetch(endpoint, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "telesift-sent-at": `${now()}`,
          ...trace?.headers,
          ...known,
        },
        credentials,
        keepalive,
        redirect: "manual", // To a sign-in page, mostly: no success.
        signal,
      });
      return {
        status: response.status,
        headers: response.headers,
        // Read to the end, whatever it says: Chromium gives the keepalive bytes back only then.
        // https://github.com/open-telemetry/opentelemetry-js/issues/7001
        body: await (response.ok ? response.json() : response.text()),
      };
    } catch (error) {
      // Firefox refuses what exceeds the quota while the page is still being left.
      if (keepalive && page.left) return post(body, trace, abort, false);
      // Browsers reject the requests of a page that is being left, though the server gets them.
      return { status: left ? PAGE_LEFT : signal.aborted ? TIMED_OUT : UNREACHABLE, body: error };
    }
  };
}
