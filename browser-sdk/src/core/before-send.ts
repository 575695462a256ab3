// SPDX-License-Identifier: Apache-2.0

import type { TelemetryEvent } from "./event.js";
import { localSink, nothing } from "./sink.js";
import { state } from "./state.js";

/** Returns an event as it may leave, or null to withhold it. */
export type BeforeSend = (event: TelemetryEvent) => TelemetryEvent | null;

/**
 * Set what every event passes before it leaves; undefined: nothing.
 *
 * An event whose inspection throws, or returns a promise, does not leave. What it tracks itself is
 * ignored.
 */
export function beforeSend(inspect: BeforeSend | undefined): void {
  state.inspect = inspect && ((event) => guarded(inspect, event));
}

function guarded<E extends TelemetryEvent>(inspect: BeforeSend, event: E): E | undefined {
  const { sink } = state;
  state.sink = localSink(nothing); // What it tracks itself would go on for ever.
  try {
    const outgoing = inspect(event);
    // A promise has neither: an asynchronous inspection withholds.
    const isEvent = typeof outgoing?.event === "string" && outgoing.props;
    return isEvent ? { ...event, ...outgoing } : undefined;
  } catch {
    return undefined; // What the application could not look through does not leave.
  } finally {
    if (sink) state.sink = sink;
  }
}
