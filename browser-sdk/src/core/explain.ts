// SPDX-License-Identifier: Apache-2.0
// Development builds only: why events do not arrive, in words.

import { EVENT_BYTES } from "../limits.js";
import type { InitOptions } from "./options.js";
import type { PartialSuccess } from "./settlement.js";
import { type Answer, PAGE_LEFT, TIMED_OUT, UNREACHABLE } from "./transport.js";

const logged = new Set<string>();

/** Log why a request or some of its events failed; each reason once. */
export function explain(answer: Answer, { endpoint = "/v1/logs" }: InitOptions): void {
  const why = diagnose(answer, endpoint);
  if (!why || logged.has(why)) return;
  logged.add(why);
  console.warn(`[telesift] ${why}`);
}

/** Log that an event is dropped for its size. */
export const warnOfSize = (event: string): void =>
  console.warn(`[telesift] ${event}: larger than ${EVENT_BYTES} bytes as JSON, and dropped.`);

/** Return what a developer can do about an answer; undefined if there is nothing to do. */
export function diagnose({ status, headers, body }: Answer, endpoint: string): string | undefined {
  const partial = (body as PartialSuccess)?.partialSuccess?.errorMessage;
  if (partial) return `the server rejected events: ${partial}`;
  switch (status) {
    case PAGE_LEFT:
      return undefined;
    case TIMED_OUT:
      return `${endpoint} did not answer in time. Is the processor running?`;
    case UNREACHABLE:
      if (body instanceof SyntaxError)
        return `${endpoint} answered with something that is not JSON: it is not a telemetry endpoint. Events wait.`;
      if (headers)
        return `${endpoint} redirects, to a sign-in page perhaps: only an answer of its own counts. Events wait.`;
      return `${endpoint} could not be reached (${body}). Not running, no CORS for this origin, a Content-Security-Policy whose connect-src lacks it (look for its report above), or a content blocker (ERR_BLOCKED_BY_CLIENT; a path without "telemetry" or "logs" helps). Events wait.`;
    case 400:
      return `the server rejected the request: ${message(body)}`;
    case 401:
      return `${endpoint} wants credentials: set \`headers\` or \`credentials: "include"\`. Events wait, for a few attempts.`;
    case 403:
      return `${endpoint} refuses this caller, and nothing more is sent: ${message(body)}`;
    case 404:
    case 405:
      return `${endpoint} does not exist there (${status}): set \`endpoint\`, or a proxy. Events are dropped.`;
    default:
      return status >= 400 ? `${endpoint} answered ${status}: ${message(body)}` : undefined;
  }
}

/** Return the reason that an error document states, or the document's beginning. */
function message(body: unknown): string {
  const text = `${body ?? ""}`;
  try {
    const { message, detail, code } = JSON.parse(text);
    return message ?? detail ?? code ?? text.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}
