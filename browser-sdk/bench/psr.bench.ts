// SPDX-License-Identifier: Apache-2.0
// What showing and hiding the rating prompt costs the main thread: script, style, layout, paint.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { launch } from "../test/chromium/chromium.js";
import { bundle } from "./bundle.js";
import { Collector } from "./collector.js";
import { mainThread, median } from "./measure.js";
import { printTable } from "./table.js";

const PAGES = 9;
const WARM_ROUNDS = 5;

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
  for (const throttle of [1, 4]) rows.push(await measure(throttle));
  printTable("PsrPrompt, main-thread ms, medians", rows);
});

async function measure(throttle: number): Promise<Record<string, string>> {
  const cold = { show: [] as number[], hide: [] as number[] };
  const warm = { show: [] as number[], hide: [] as number[] };
  for (let round = 0; round < PAGES; round++) {
    const page = await openPage(throttle);
    cold.show.push(await show(page));
    cold.hide.push(await hide(page));
    for (let again = 0; again < WARM_ROUNDS; again++) {
      warm.show.push(await show(page));
      warm.hide.push(await hide(page));
    }
    await page.context().close();
  }
  return {
    CPU: throttle === 1 ? "1 ×" : `${throttle} × slower`,
    "show, cold": median(cold.show).toFixed(1),
    "hide, cold": median(cold.hide).toFixed(1),
    "show, warm": median(warm.show).toFixed(1),
    "hide, warm": median(warm.hide).toFixed(1),
  };
}

const show = (page: Page) =>
  mainThread(page, () =>
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
    ),
  );

const hide = (page: Page) =>
  mainThread(page, () =>
    page.evaluate(() => {
      document.querySelector<HTMLElement>(".psr-dismiss")?.click();
    }),
  );

async function openPage(throttle: number): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: throttle });
  await page.goto(`${server.origin()}/psr.html`);
  await page.locator("#copy").waitFor();
  return page;
}
