// SPDX-License-Identifier: Apache-2.0
// What showing and hiding the rating prompt costs the main thread: script, style, layout, paint.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { launch } from "../test/chromium/chromium.js";
import { bundle } from "./bundle.js";
import { Collector } from "./collector.js";
import { type Cost, cost, median } from "./measure.js";
import { printTable } from "./table.js";

const PAGES = 9;
const WARM_ROUNDS = 5;

type Move = "show" | "hide";

let browser: Browser;
let server: Collector;

beforeAll(async () => {
  await bundle("psr", "tsx");
  browser = await launch();
  server = await new Collector().page("psr").start();
  server.on("/psr/eligibility", () => ({ body: '{"eligible":true}' }));
  for (const path of ["/psr/impressions", "/psr/dismissals"]) server.on(path, () => ({}));
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

test("the rating prompt", async () => {
  const rows = [];
  for (const throttle of [1, 4]) {
    const { cold, warm } = await measure(throttle);
    for (const move of ["show", "hide"] as const) {
      rows.push({
        move: `${move}, CPU ${throttle === 1 ? "as it is" : `${throttle} × slower`}`,
        "cold, work": middle(cold[move], "work"),
        "warm, work": middle(warm[move], "work"),
        "cold, busy": middle(cold[move], "busy"),
        "warm, busy": middle(warm[move], "busy"),
      });
    }
  }
  printTable(
    "PsrPrompt in React: main-thread ms, medians. Work is script, style and layout; busy is all tasks",
    rows,
  );
});

const middle = (costs: Cost[], part: keyof Cost) =>
  median(costs.map((spent) => spent[part])).toFixed(1);

async function measure(throttle: number) {
  const cold: Record<Move, Cost[]> = { show: [], hide: [] };
  const warm: Record<Move, Cost[]> = { show: [], hide: [] };
  for (let round = 0; round < PAGES; round++) {
    const page = await openPage(throttle);
    for (let again = 0; again <= WARM_ROUNDS; again++) {
      const costs = again ? warm : cold;
      costs.show.push(await cost(page, () => show(page)));
      costs.hide.push(await cost(page, () => hide(page)));
    }
    await page.context().close();
  }
  return { cold, warm };
}

const show = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((done) => {
        const root = document.querySelector("#root");
        const observer = new MutationObserver(() => {
          if (!document.querySelector(".psr form")) return;
          observer.disconnect();
          done();
        });
        if (root) observer.observe(root, { childList: true, subtree: true });
        document.querySelector<HTMLElement>("#copy")?.click();
      }),
  );

const hide = (page: Page) =>
  page.evaluate(() => {
    document.querySelector<HTMLElement>(".psr-dismiss")?.click();
  });

async function openPage(throttle: number): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: throttle });
  await page.goto(`${server.origin()}/psr.html`);
  await page.locator("#copy").waitFor();
  return page;
}
