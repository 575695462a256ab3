// SPDX-License-Identifier: Apache-2.0

import type { CDPSession, Page } from "playwright-core";

/** The value below which so much of a sample lies. */
export function quantile(sample: number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (sample: number[]) => quantile(sample, 0.5);

/**
 * Time calls of `track()` in blocks, each as microseconds a call.
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

/** Milliseconds that the page's main thread was busy so far. */
async function busy(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1_000;
}

/** Milliseconds of main thread that some work costs, beyond what asking for it costs. */
export async function mainThread(page: Page, work: () => Promise<unknown>): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  // The thread's own time: a machine that does other things as well does not count.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const cost = async (task: () => Promise<unknown>) => {
    const before = await busy(cdp);
    await task();
    await settle(page);
    return (await busy(cdp)) - before;
  };
  const idle = await cost(() => page.evaluate(() => undefined));
  const total = await cost(work);
  await cdp.detach();
  return Math.max(0, total - idle);
}

/** Let the page paint. */
const settle = (page: Page) =>
  page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
