// SPDX-License-Identifier: Apache-2.0

import { capture, type Queued } from "./core/event.js";
import { openSink } from "./core/open-sink.js";
import type { InitOptions } from "./core/options.js";
import { localSink, type Sink, type Stats } from "./core/sink.js";
import { activeTraceparent } from "./core/trace.js";
import type { EventName, TrackArgs } from "./generated/events.js";
import { QUEUE_EVENTS } from "./limits.js";

export type { TelemetryEvent, Value } from "./core/event.js";
export type { InitOptions } from "./core/options.js";
export type { Stats } from "./core/sink.js";
export { withTrace } from "./core/trace.js";
export type { EventName, EventProps, TrackArgs } from "./generated/events.js";
export { type Filters, type FilterValue, hashFilters } from "./hash/filters.js";
export { hashQuery } from "./hash/query.js";

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

const early: Queued[] = [];
let options: InitOptions = {};
let sink: Sink = /* @__PURE__ */ localSink((event) => {
  if (early.push(event) > QUEUE_EVENTS) early.shift();
});

/**
 * Start sending; events tracked before come along.
 *
 * Call it again after a change of user: what the former one did is sent under the former options.
 */
export function init(given: InitOptions = {}): Client {
  void sink.shutdown();
  options = given;
  sink = openSink(given);
  early.splice(0).forEach(sink.add);
  return { ...sink, track };
}

/** Record an event and return at once. Never throws; works before `init()`. */
export function track<E extends EventName>(event: E, ...args: TrackArgs<E>): void {
  try {
    sink.add(capture(event, args[0], activeTraceparent(options)));
  } catch {} // A getter among the props threw, or the queue is at fault: the page comes first.
}
