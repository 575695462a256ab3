// SPDX-License-Identifier: Apache-2.0
// @telesift/browser/testing: a double for unit tests. Importing it is enough: from then on events
// are recorded, and whatever the application does with `init()`, none is sent.

import type { Value } from "./core/event.js";
import { findFault } from "./core/fault.js";
import { localSink } from "./core/sink.js";
import { state } from "./core/state.js";
import type { EventName, EventProps } from "./generated/events.js";

/** An event as a test sees it. */
export interface TrackedEvent {
  readonly event: string;
  readonly props: Readonly<Record<string, Value>>;
}

const events: TrackedEvent[] = [];
const recorder = localSink(({ event, props }) => {
  events.push({ event, props });
});
Object.defineProperty(state, "sink", { get: () => recorder, set: () => {} });

/** Return the events since the last `reset()`. */
export const trackedEvents = (): readonly TrackedEvent[] => [...events];

/** Forget what was tracked: before each test. */
export function reset(): void {
  events.length = 0;
  state.early.length = 0;
}

/** Fail unless such an event was tracked, and by the catalog's rules. `props` may be some of its own. */
export function expectTracked<E extends EventName>(
  event: E,
  props: Partial<EventProps[E]> = {},
): void {
  if (!globalThis.document)
    throw new Error(
      "track() does nothing without a document: test in jsdom, happy-dom or a browser",
    );
  const wanted = Object.entries(props);
  const found = events.find(
    (tracked) =>
      tracked.event === event &&
      wanted.every(([key, value]) => Object.is(tracked.props[key], value)),
  );
  if (!found) {
    const others = events.map((tracked) => JSON.stringify(tracked)).join("\n  ") || "nothing";
    throw new Error(`no ${event} with ${JSON.stringify(props)} was tracked, but\n  ${others}`);
  }
  const fault = findFault(event, found.props);
  if (fault) throw new Error(`${event} was tracked, but ${fault}: the server rejects it`);
}
