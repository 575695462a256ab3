// SPDX-License-Identifier: Apache-2.0

import type { Trace } from "../core/event.js";
import { state } from "../core/state.js";
import { PSR_TIMEOUT_MS } from "../limits.js";
import type { PsrOptions } from "./options.js";

/** What the PSR service said. */
export interface PsrAnswer {
  /** The HTTP status; 0: there was no answer. */
  status: number;
  /** The JSON of a success. */
  body?: { eligible?: boolean };
  headers?: Headers;
}

/** Calls the PSR service: POST where there is a body, GET else. Never rejects. */
export type PsrService = (path: string, body?: object) => Promise<PsrAnswer>;

/** Create a client of the PSR service; its calls belong to the trace of what led to asking. */
export function createPsrService(options: PsrOptions, trace: Trace | undefined): PsrService {
  return async (path, body) => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), PSR_TIMEOUT_MS);
    let leave = () => {};
    try {
      // Read at each call: a component's later props, and `init()` after the prompt.
      const {
        endpoint = state.options.psrEndpoint ?? "/psr",
        headers = state.options.headers,
        credentials = state.options.credentials,
      } = options;
      const url = endpoint + path;
      const request: RequestInit = {
        method: body && "POST",
        body: JSON.stringify(body),
        headers: {
          ...(body && { "content-type": "application/json" }),
          ...trace?.headers,
          ...(await (typeof headers === "function" ? headers() : headers)),
        },
        credentials,
      };
      // The next click may leave the page. What is under way then goes once more, for reports and
      // ratings are the same when repeated; not before: an aborted keepalive request would keep its
      // connection in Chromium.
      leave = () => void fetch(url, { ...request, keepalive: true }).catch(() => {});
      if (body) addEventListener("pagehide", leave);
      const response = await fetch(url, { ...request, signal: abort.signal });
      const { status, ok } = response;
      return {
        status,
        headers: response.headers,
        body: await (ok ? response.json() : response.text()),
      };
    } catch {
      return { status: 0 }; // No connection, no answer in time, or a proxy's page in place of JSON.
    } finally {
      clearTimeout(timer);
      removeEventListener("pagehide", leave);
    }
  };
}
