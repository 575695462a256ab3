// SPDX-License-Identifier: Apache-2.0

import { EVENTS_PER_REQUEST, FLUSH_INTERVAL_MS } from "../limits.js";
import { whenIdle } from "./idle.js";

/** When a queue is sent: after an interval, when it fills a request, or after a back-off. */
export interface Scheduler {
  /** Send at once if the queue fills a request, else within the flush interval. */
  schedule(): void;
  /** Send nothing for so many milliseconds, then what is queued. */
  backOff(delay: number): void;
  /** Send until the queue is empty or a back-off begins. */
  flush(): Promise<void>;
}

/** In place of the delay of a flush: shorter than any, so that no flush comes before its end. */
const BACKING_OFF = -1;

/** Decide when `send`, which posts one request, is called for a queue. */
export function createScheduler(
  queue: readonly unknown[],
  send: () => Promise<void> | undefined,
  flushInterval = FLUSH_INTERVAL_MS,
): Scheduler {
  let timer: ReturnType<typeof setTimeout> | undefined; // The only one: to flush, or to retry.
  let due = Infinity; // The timer's delay, or BACKING_OFF.
  let draining: Promise<void> | undefined; // One ordinary request at a time.

  function schedule() {
    if (draining || !queue.length) return;
    const delay = queue.length < EVENTS_PER_REQUEST ? flushInterval : 0;
    if (delay < due) wakeAfter(delay, delay);
  }

  function wakeAfter(delay: number, reason: number) {
    clearTimeout(timer);
    due = reason;
    timer = setTimeout(whenIdle, delay, () => {
      due = Infinity;
      void drain();
    });
  }

  /** Send what is queued now, one request after the other, unless backing off. */
  function drain() {
    if (due > BACKING_OFF) {
      draining ??= sendQueued().finally(() => {
        draining = undefined;
        schedule();
      });
    }
    return draining;
  }

  async function sendQueued() {
    for (let left = queue.length; left > 0 && due > BACKING_OFF; left -= EVENTS_PER_REQUEST) {
      await send();
    }
  }

  return {
    schedule,
    backOff: (delay) => wakeAfter(delay, BACKING_OFF),
    async flush() {
      do await drain();
      while (queue.length && due > BACKING_OFF);
    },
  };
}
