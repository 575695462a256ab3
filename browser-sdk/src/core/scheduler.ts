// SPDX-License-Identifier: Apache-2.0

import { whenIdle } from "./idle.js";
import { type Page, watchPage } from "./page.js";

/** When a queue is sent: after an interval, when it fills a request, at once when the page goes. */
export interface Scheduler {
  page: Page;
  /** Send when the time has come. */
  schedule(): void;
  /** Send nothing for so many milliseconds, or until the connection is back. */
  backOff(delay: number): void;
  /** Send until the queue is empty or a back-off begins. */
  flush(): Promise<void>;
}

/**
 * Decide when `send` is called, which posts one request of `full` events at most.
 *
 * `takeBack` returns the ordinary request under way to the queue: it would end with the page.
 */
export function createScheduler(
  queue: readonly unknown[],
  full: number,
  flushInterval: number,
  signal: AbortSignal,
  send: () => Promise<void> | undefined,
  takeBack: () => void,
): Scheduler {
  let timer: ReturnType<typeof setTimeout> | undefined; // The only one: to flush, or to retry.
  let due = Infinity; // The timer's delay; negative in a back-off, so that no flush comes sooner.
  let draining: Promise<void> | undefined; // One ordinary request at a time.
  const page = watchPage(() => {
    if (page.away) takeBack();
    schedule();
  }, signal);

  function schedule() {
    if (page.left) while (send()); // It is now or never, whatever the back-off.
    if (draining || !queue.length) return;
    const delay = queue.length < full ? flushInterval : 0;
    if (page.away) void drain();
    else if (delay < due) wakeAfter(delay, delay);
  }

  function wakeAfter(delay: number, reason: number) {
    clearTimeout(timer);
    due = reason;
    timer = setTimeout(whenIdle, delay, () => {
      due = Infinity;
      void drain();
    });
  }

  /** Send a request, and further ones as long as the queue fills them, unless backing off. */
  function drain() {
    if (due >= 0) {
      draining ??= sendFull().finally(() => {
        draining = undefined;
        schedule();
      });
    }
    return draining;
  }

  async function sendFull() {
    do await send();
    while (queue.length >= full && due >= 0);
  }

  function backOff(delay: number) {
    wakeAfter(delay, -1);
  }

  addEventListener("online", () => backOff(0), { signal });
  return {
    page,
    schedule,
    backOff,
    async flush() {
      do await drain();
      while (queue.length && due >= 0);
    },
  };
}
