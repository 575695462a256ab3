// SPDX-License-Identifier: Apache-2.0
import type { Browser, Page } from "playwright-core";

/** What the page's main thread did meanwhile, in milliseconds of its own time. */
export interface Cost {
  total: number;
  longestTask: number;
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
}

const CATEGORIES = ["blink.user_timing", "disabled-by-default-devtools.timeline"];

/** Trace from `act` to the second frame after `selector` came or went. */
export async function trace(
  browser: Browser,
  page: Page,
  selector: string,
  becomes: "shown" | "gone",
  act: () => Promise<unknown>,
): Promise<Cost> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await page.evaluate(() => performance.mark("from"));
  const done = page.evaluate(watch, [selector, becomes === "shown"] as const);
  await act();
  await done;
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  return sum(traceEvents);
}

/** In the page: mark the second frame after an element came or went, without asking each frame. */
function watch([selector, shown]: readonly [string, boolean]) {
  return new Promise<void>((done) => {
    const observer = new MutationObserver(() => {
      if ((document.querySelector(selector) !== null) !== shown) return;
      observer.disconnect();
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          performance.mark("to");
          done();
        }),
      );
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
}

function sum(events: TraceEvent[]): Cost {
  const mark = (name: string) => {
    const found = events.find((event) => event.name === name && "tid" in event);
    if (!found) throw new Error(`the trace has no mark ${name}`);
    return found;
  };
  const [from, to] = [mark("from"), mark("to")];
  const tasks = events
    .filter(({ name, pid, tid }) => name === "RunTask" && pid === from.pid && tid === from.tid)
    .filter(({ ts }) => ts >= from.ts && ts <= to.ts)
    .map(({ tdur, dur }) => (tdur ?? dur ?? 0) / 1000);
  return { total: tasks.reduce((a, b) => a + b, 0), longestTask: Math.max(0, ...tasks) };
}
