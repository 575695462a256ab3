// SPDX-License-Identifier: Apache-2.0

import type { CDPSession, Page } from "playwright-core";

/** The value below which so much of a sample lies. */
export function quantile(sample: number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (sample: number[]) => quantile(sample, 0.5);

/**
 * Time calls of `track()` in blocks, each as microseconds per call.
 *
 * A single call is shorter than what browsers' clocks can tell: they tick in 5 µs at best.
 */
export function timeCalls(page: Page, ids: string[], block: number): Promise<number[]> {
  return page.evaluate(
    ([promptIds, size]) => {
      const spent: number[] = [];
      for (let first = 0; first < promptIds.length; first += size) {
        const calls = promptIds.slice(first, first + size);
        const start = performance.now();
        for (const id of calls) window.contestant.track(id);
        spent.push(((performance.now() - start) * 1_000) / size);
      }
      return spent;
    },
    [ids, block] as const,
  );
}

/** What some work costs a page's main thread, in milliseconds of the thread's own time. */
export interface Cost {
  /** Script, style and layout. */
  work: number;
  /** All tasks: also paint, frames, answers from the network, and what driving the page costs. */
  busy: number;
}

/** Return what some work costs, up to and with the second frame after it. */
export async function cost(page: Page, work: () => Promise<unknown>): Promise<Cost> {
  const cdp = await page.context().newCDPSession(page);
  // The thread's own time: a machine that does other things as well does not count.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const before = await read(cdp);
  await work();
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  const after = await read(cdp);
  await cdp.detach();
  return { work: after.work - before.work, busy: after.busy - before.busy };
}

async function read(cdp: CDPSession): Promise<Cost> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  const sum = (...names: string[]) =>
    metrics.reduce((total, { name, value }) => total + (names.includes(name) ? value : 0), 0) *
    1_000;
  return {
    work: sum("ScriptDuration", "RecalcStyleDuration", "LayoutDuration"),
    busy: sum("TaskDuration"),
  };
}
