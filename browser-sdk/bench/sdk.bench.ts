// SPDX-License-Identifier: Apache-2.0
// Measures, and prints; asserts nothing about time, which is the machine's as much as ours.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { launch } from "../test/chromium/chromium.js";
import { bundle } from "./bundle.js";
import { Collector, promptId } from "./collector.js";
import { cost, median, quantile, timeCalls } from "./measure.js";
import { printTable } from "./table.js";

const CONTESTANTS = ["telesift", "opentelemetry", "faro", "sentry", "posthog", "plausible"];
const CALLS = 2_000;
const BLOCK = 20;
const ROUNDS = 15;

let browser: Browser;
let collector: Collector;
let elsewhere: Collector;

beforeAll(async () => {
  browser = await launch();
  [collector, elsewhere] = await Promise.all([new Collector().start(), new Collector().start()]);
  elsewhere.on("/elsewhere.html", () => ({ body: "", headers: { "content-type": "text/html" } }));
});
afterAll(async () => {
  await browser.close();
  await Promise.all([collector.stop(), elsewhere.stop()]);
});

test("SDKs, side by side", async () => {
  const rows = [];
  for (const name of CONTESTANTS) rows.push(await measure(name));
  printTable("track(), flush, wire, size, leaving", rows);
});

async function measure(name: string): Promise<Record<string, string>> {
  const size = await bundle(name);
  collector.page(name);
  const calls = await timing(name);
  const { script, bytes } = await flushing(name);
  return {
    SDK: name,
    "gzip B": size.toLocaleString("en"),
    "track() median µs": median(calls).toFixed(2),
    "p95 µs": quantile(calls, 0.95).toFixed(2),
    "50 events, script ms": script.toFixed(2),
    "wire B per event": bytes.toFixed(0),
    "10 queued": await leaving(name, 0, 10),
    "50 in flight + 10": await leaving(name, 50, 10),
    "200 queued": await leaving(name, 0, 200),
  };
}

/** The times of 2,000 calls in a fresh page, five times over. */
async function timing(name: string): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const page = await openPage(name);
    times.push(...(await timeCalls(page, ids(CALLS), BLOCK)));
    await page.context().close();
  }
  return times;
}

/** What tracking and sending fifty events costs the main thread, and the wire. */
async function flushing(name: string): Promise<{ script: number; bytes: number }> {
  const page = await openPage(name);
  const costs: number[] = [];
  collector.bodies = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { work } = await cost(page, () => trackAndFlush(page, ids(50, round * 50)));
    costs.push(work);
  }
  const { bytes, times } = await collector.arrived();
  await page.context().close();
  return { script: median(costs), bytes: bytes / times };
}

const trackAndFlush = (page: Page, promptIds: string[], wait = true) =>
  page.evaluate(
    ([given, awaited]) => {
      for (const id of given) window.contestant.track(id);
      const flushed = window.contestant.flush();
      return awaited ? flushed : undefined;
    },
    [promptIds, wait] as const,
  );

/** How many events arrive when the page is left by a link to another site, and how often. */
async function leaving(name: string, inFlight: number, queued: number): Promise<string> {
  const page = await openPage(name);
  collector.bodies = [];
  collector.delay = inFlight ? 100 : 0;
  await trackAndFlush(page, ids(inFlight), false);
  if (inFlight) await page.waitForTimeout(20);
  const left = page.waitForURL("**/elsewhere.html");
  await page.evaluate(
    ([rest, next]) => {
      for (const id of rest) window.contestant.track(id);
      location.href = next; // In the same task: no timer of the SDK comes first.
    },
    [ids(queued, inFlight), `${elsewhere.origin("127.0.0.1")}/elsewhere.html`] as const,
  );
  await left;
  const { ids: unique, times } = await collector.arrived();
  await page.context().close();
  collector.delay = 0;
  const twice = times > unique.size ? ` (${times - unique.size} twice)` : "";
  return `${unique.size} of ${inFlight + queued}${twice}`;
}

const ids = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => promptId(first + index));

async function openPage(name: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  // Plausible sends nothing from a browser that says that a program drives it.
  await page.addInitScript(() =>
    Object.defineProperty(navigator, "webdriver", { get: () => false }),
  );
  await page.goto(`${collector.origin()}/${name}.html`);
  await page.waitForFunction(() => window.contestant);
  await page.evaluate((endpoint) => window.contestant.start(endpoint), collector.origin());
  return page;
}
