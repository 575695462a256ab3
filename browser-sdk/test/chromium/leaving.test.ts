// SPDX-License-Identifier: Apache-2.0
// What arrives when the page is left, in real time: this is the browser's own behaviour.

import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launch } from "./chromium.js";
import { Ingest } from "./ingest.js";
import { start, stats, trackMany } from "./page.js";

let browser: Browser;
let ingest: Ingest;
let elsewhere: Ingest;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

beforeEach(async () => {
  [ingest, elsewhere] = await Promise.all([new Ingest().start(), new Ingest().start()]);
  context = await browser.newContext(); // Of its own: what a closed tab sends outlives the tab only.
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await Promise.all([ingest.stop(), elsewhere.stop()]);
});

/** A loaded machine must not make it a timeout, after which events are sent again by design. */
const PATIENT = { timeout: 20_000 };

const WAYS: [string, () => Promise<unknown>][] = [
  ["a link within the site", () => page.goto(`${ingest.origin()}/page.html?next`)],
  ["a link to another site", () => page.goto(`${elsewhere.origin("127.0.0.1")}/page.html`)],
  ["closing the tab", () => page.close()],
  ["reloading", () => page.reload()],
];

const duplicates = () => {
  const uids = ingest.records.map(({ uid }) => uid);
  return uids.length - new Set(uids).size;
};

/** Wait for so many records, and a little longer for any that should not come. */
async function arrived(count: number) {
  await ingest.recorded(count);
  await sleep(300);
  expect({ records: ingest.records.length, duplicates: duplicates() }).toEqual({
    records: count,
    duplicates: 0,
  });
}

describe.each(WAYS)("by %s", (_, leave) => {
  test("ten of ten events arrive", async () => {
    await start(page, ingest.origin(), PATIENT);
    await trackMany(page, 10);
    await leave();
    await arrived(10);
  });

  test("nothing is lost with a flush in flight, which goes again with the same ids", async () => {
    ingest.treatments = [{ delay: 2_000 }];
    await start(page, ingest.origin(), PATIENT);
    await trackMany(page, 50);
    await page.evaluate(() => void window.client.flush());
    await trackMany(page, 10, 50);
    await ingest.requests(1);
    await leave();
    await ingest.recorded(110);
    await sleep(300);
    expect(ingest.records).toHaveLength(110);
    expect(new Set(ingest.records.map(({ uid }) => uid)).size).toBe(60);
  });

  test("two hundred queued events arrive", async () => {
    await start(page, ingest.origin(), PATIENT);
    await trackMany(page, 200); // The first fifty may be in flight already, and then go again.
    await leave();
    const unique = () => new Set(ingest.records.map(({ uid }) => uid)).size;
    await expect.poll(unique).toBe(200);
    expect([0, 50]).toContain(duplicates());
  });

  test("ten of ten events arrive at another origin, whose preflight takes its time", async () => {
    elsewhere.preflightDelay = 1_500;
    await start(page, ingest.origin(), { ...PATIENT, endpoint: `${elsewhere.origin()}/v1/logs` });
    await trackMany(page, 10);
    await leave();
    await elsewhere.recorded(10);
    expect(elsewhere.preflights).toBeGreaterThan(0);
  });

  test("an event that is tracked while the page is left arrives", async () => {
    await start(page, ingest.origin(), PATIENT);
    await page.evaluate(() => {
      addEventListener("pagehide", () => window.trackMany(2));
      document.addEventListener("visibilitychange", () => window.trackMany(1, 2));
    });
    await leave();
    await arrived(3);
  });
});

test("more than 64 KiB: as much as keepalive holds is certain, and the rest is tried", async () => {
  await start(page, ingest.origin(), PATIENT);
  await page.evaluate(() => {
    for (let i = 0; i < 200; i++) window.sdk.track("models.selected", { model: "m".repeat(1_000) });
  });
  await page.close();
  await sleep(1_000);
  const bytes = ingest.arrivals.map((arrival) => arrival.bytes);
  expect(bytes.reduce((sum, size) => sum + size)).toBeGreaterThan(55_000);
  expect(duplicates()).toBeLessThanOrEqual(50); // What was in flight when the page was left.
});

test("hiding the tab sends what is queued, and the page goes on when it is seen again", async () => {
  await start(page, ingest.origin(), PATIENT);
  await trackMany(page, 10);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    Reflect.deleteProperty(document, "hidden");
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  await arrived(10);
  await trackMany(page, 5, 10);
  await page.evaluate(() => window.client.flush());
  await arrived(15);
  expect(await stats(page)).toMatchObject({ sent: 15, queued: 0, unconfirmed: 0 });
});

describe("a page that comes back from the back/forward cache", () => {
  const leaveAndReturn = async () => {
    await page.evaluate(() => {
      addEventListener("pageshow", ({ persisted }) => {
        document.title = persisted ? "restored" : "reloaded";
      });
    });
    await page.goto(`${ingest.origin()}/page.html?next`);
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => document.title === "restored");
  };

  test("has sent its events when it was left, and sends further ones", async () => {
    await start(page, ingest.origin(), PATIENT);
    await trackMany(page, 10);
    await leaveAndReturn();
    await arrived(10);
    await trackMany(page, 5, 10);
    await page.evaluate(() => window.client.flush());
    await arrived(15);
    expect(await stats(page)).toMatchObject({ queued: 0, dropped: 0 });
  });

  test("has sent again what was in flight, and does not repeat it once more", async () => {
    ingest.treatments = [{ delay: 2_000 }, {}];
    await start(page, ingest.origin(), PATIENT);
    await trackMany(page, 50);
    await page.evaluate(() => void window.client.flush());
    await ingest.requests(1);
    await leaveAndReturn();
    await trackMany(page, 1, 50);
    await page.evaluate(() => window.client.flush());
    await page.evaluate(() => window.client.flush());
    await ingest.recorded(101);
    await sleep(300);
    expect(ingest.records).toHaveLength(101);
    expect(new Set(ingest.records.map(({ uid }) => uid)).size).toBe(51);
    expect(await stats(page)).toMatchObject({ queued: 0, dropped: 0 });
  });
});
