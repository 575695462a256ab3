// SPDX-License-Identifier: Apache-2.0

import type { Queued } from "./event.js";
import { state } from "./state.js";

/**
 * Where this page's events are; every tracked event is in exactly one of these counts.
 *
 * Of those tracked before `init()`, the latest 200 count.
 */
export interface Stats {
  /** In the queue, or in a request under way. */
  queued: number;
  /** Acknowledged by the server. */
  sent: number;
  /** Refused by the server's whitelist. */
  rejected: number;
  /** Lost here: the queue was full, or the server could not take them. */
  dropped: number;
  /** Sent, but whether they arrived is unknown: no answer in time, or the page was left. */
  unconfirmed: number;
  /** Held back by `beforeSend`. */
  withheld: number;
}

/** Where events go. */
export interface Sink {
  add(event: Queued): void;
  flush(): Promise<void>;
  /** Flush, unless it has to be `now`; then drop what is left. */
  shutdown(now?: boolean): Promise<void>;
  stats(): Stats;
}

/** The stats of a page on which nothing happened. */
export const noStats = (): Stats => ({
  queued: 0,
  sent: 0,
  rejected: 0,
  dropped: 0,
  unconfirmed: 0,
  withheld: 0,
});

/** Count events out of the queue. */
export function count(stats: Stats, outcome: keyof Stats, events: number): void {
  stats[outcome] += events;
  stats.queued -= events;
}

/** Count events as dropped; the next request reports them. */
export function drop(stats: Stats, events: number): undefined {
  count(stats, "dropped", events);
  state.unreported += events;
}

/** Do nothing. */
export const nothing = async () => {};

/** A sink that sends nothing: `add` is all that happens to an event. */
export const localSink = (add: (event: Queued) => void): Sink => ({
  add,
  flush: nothing,
  shutdown: nothing,
  stats: noStats,
});
