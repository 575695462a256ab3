// SPDX-License-Identifier: Apache-2.0

import { capture } from "./core/event.js";
import { openSink } from "./core/open-sink.js";
import type { InitOptions } from "./core/options.js";
import type { Stats } from "./core/sink.js";
import { state } from "./core/state.js";
import type { TrackArgs } from "./core/track-args.js";
import type { EventName } from "./generated/events.js";
import { QUEUE_EVENTS } from "./limits.js";

export { type BeforeSend, beforeSend } from "./core/before-send.js";
export type { TelemetryEvent, Value } from "./core/event.js";
export type { HeadersOption, InitOptions, RequestHeaders } from "./core/options.js";
export type { Stats } from "./core/sink.js";
export { setTraceContext, type TraceContext, withTrace } from "./core/trace.js";
export type { TrackArgs } from "./core/track-args.js";
export type { EventName, EventProps } from "./generated/events.js";
export { type Filters, type FilterValue, hashFilters } from "./hash/filters.js";
export { hashQuery } from "./hash/query.js";
export { VERSION } from "./version.js";

/** What `init()` returns. */
export interface Client {
  /** Record an event and return at once; the same as the module's `track`. Never throws. */
  track: typeof track;
  /** Send what is queued. Resolves when the server has answered or asks to wait. Never rejects. */
  flush(): Promise<void>;
  /** Flush, then ignore all further events; what could not be sent is lost. Never rejects. */
  shutdown(): Promise<void>;
  /** Where this page's events are. */
  stats(): Stats;
}

/**
 * Start sending; events tracked before come along.
 *
 * Call it again with other options: what waits is sent under the former ones. Where cookies tell
 * who somebody is, `shutdown()` first.
 */
export function init(options: InitOptions = {}): Client {
  const former = state.sink;
  const sink = openSink(options);
  void former?.flush(); // And what that leaves after the back-off.
  state.options = options;
  state.sink = sink;
  state.early.splice(0).forEach(sink.add);
  return { ...sink, track };
}

/** Record an event and return at once. Never throws; works before `init()`. */
export function track<E extends EventName>(event: E, ...args: TrackArgs<E>): void {
  // On a server nothing happens: its process serves many people and has no page.
  if (!globalThis.document) return;
  try {
    const { sink, early } = state;
    const captured = capture(event, args[0] as object);
    if (sink) sink.add(captured);
    else if (early.push(captured) > QUEUE_EVENTS) early.shift();
  } catch {} // A getter among the props threw, or the queue is at fault: the page comes first.
}
