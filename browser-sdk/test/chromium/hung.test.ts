// SPDX-License-Identifier: Apache-2.0
// A server that takes connections and never answers, behind the origin of the page: over HTTP/1.1
// a browser has six connections to it, for all of its tabs.

import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launch } from "./chromium.js";
import { Ingest } from "./ingest.js";
import { start, trackMany } from "./page.js";

const TABS = 8;

let browser: Browser;
let context: BrowserContext;
let ingest: Ingest;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  ingest = await new Ingest().start();
  ingest.on("/api", () => ({}));
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await ingest.stop();
});

test("eight tabs hold one connection, and each tab's own requests are answered meanwhile", async () => {
  ingest.treatments = [{ fault: "hang" }];
  const tabs = [];
  for (let index = 0; index < TABS; index++) {
    tabs.push(await start(await context.newPage(), ingest.origin()));
  }
  for (const tab of tabs) {
    await trackMany(tab, 60);
    await tab.evaluate(() => void window.client.flush());
  }
  await ingest.requests(1);
  const answers = await Promise.all(
    tabs.map((tab) => tab.evaluate(async () => (await fetch("/api")).status)),
  );
  expect(answers).toEqual(Array(TABS).fill(200));
  expect(ingest.arrivals).toHaveLength(1);
});

test("the next tab sends when the first has given up", async () => {
  ingest.treatments = [{ fault: "hang" }, {}];
  const tabs = [];
  for (let index = 0; index < 2; index++) {
    const tab = await start(await context.newPage(), ingest.origin(), { timeout: 1_000 });
    await trackMany(tab, 50);
    tabs.push(tab);
  }
  await Promise.all(tabs.map((tab) => tab.evaluate(() => void window.client.flush())));
  await expect.poll(() => new Set(ingest.records.map(({ uid }) => uid)).size).toBe(100);
});

test("a page that is left while another tab holds the connection still sends its events", async () => {
  ingest.treatments = [{ fault: "hang" }, {}];
  const [first, second] = [await context.newPage(), await context.newPage()];
  for (const tab of [first, second]) {
    await start(tab, ingest.origin());
    await trackMany(tab, 10);
  }
  await first.evaluate(() => void window.client.flush());
  await ingest.requests(1);
  await second.evaluate(() => void window.client.flush());
  await second.goto("about:blank");
  await ingest.recorded(20);
});
