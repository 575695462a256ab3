// SPDX-License-Identifier: Apache-2.0

import type { PsrOptions } from "./options.js";

/** Calls the PSR service: POST where there is a body, GET else. Undefined: it could not or would not. */
export type PsrService = (
  path: string,
  body?: object,
) => Promise<{ eligible?: boolean } | undefined>;

/** Create a client of the PSR service; its calls belong to the trace of what led to asking. */
export function createPsrService(
  { endpoint = "/psr", headers, credentials }: PsrOptions,
  traceparent: string | undefined,
): PsrService {
  return async (path, body) => {
    try {
      const response = await fetch(endpoint + path, {
        method: body && "POST",
        body: JSON.stringify(body),
        headers: {
          ...(body && { "content-type": "application/json" }),
          ...(traceparent && { traceparent }),
          ...(typeof headers === "function" ? headers() : headers),
        },
        credentials,
        keepalive: true, // The next click may leave the page.
      });
      const answer = await response.json();
      return response.ok ? answer : undefined;
    } catch {} // No connection, or a proxy's page in place of JSON.
  };
}
