// SPDX-License-Identifier: Apache-2.0

import { TRACE_LIFETIME_MS } from "../limits.js";
import type { Trace } from "./event.js";
import { state } from "./state.js";
import { readTrace } from "./traceparent.js";

/** Returns the active W3C `traceparent`, if there is one. */
export type TraceContext = () => string | undefined;

let latest: Trace | undefined;
let context: TraceContext | undefined;

/**
 * Set the trace of an answer for the events that follow, and return the answer.
 *
 * Reads `traceresponse`, or `traceparent` from servers that answer with that one.
 * A cross-origin server has to expose them (`Access-Control-Expose-Headers`).
 * The latest answer wins, for ten seconds: what comes later has another cause.
 */
export function withTrace<R extends Response>(response: R): R {
  const { headers } = response;
  const trace = readTrace(headers.get("traceresponse") ?? headers.get("traceparent"));
  latest = trace;
  setTimeout(() => {
    if (latest === trace) latest = undefined;
  }, TRACE_LIFETIME_MS);
  state.trace = activeTrace;
  return response;
}

/** Set where the active trace comes from, if the application traces; asked at each `track()`. */
export function setTraceContext(active: TraceContext | undefined): void {
  context = active;
  // Pages that use neither function do not carry this module.
  state.trace = activeTrace;
}

/** Return the application's trace, or else the latest answer's. */
export function activeTrace(): Trace | undefined {
  try {
    return readTrace(context?.()) ?? latest;
  } catch {
    return latest; // The event matters more than its trace.
  }
}
