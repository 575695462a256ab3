// SPDX-License-Identifier: Apache-2.0
// A server that misbehaves, with the page's clock in the test's hand.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launch } from "./chromium.js";
import { Ingest } from "./ingest.js";
import { start, stats, trackMany } from "./page.js";

let browser: Browser;
let ingest: Ingest;
let page: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

beforeEach(async () => {
  ingest = await new Ingest().start();
  page = await browser.newPage();
  await page.clock.install({ time: "2026-11-23T09:59:59Z" });
  await page.clock.pauseAt("2026-11-23T10:00:00Z");
  // The middle of each back-off: 750 ms, 1.5 s, 3 s, ... and 50 ms until the fake clock is idle.
  await page.addInitScript(() => {
    Math.random = () => 0.5;
  });
  await start(page, ingest.origin());
});
afterEach(async () => {
  await page.close();
  await ingest.stop();
});

/** Flush, and wait until the page has digested the answers. */
const flush = () => page.evaluate(() => window.client.flush());

/** Flush, without waiting for what a hanging server never gives. */
async function flushInVain() {
  const before = ingest.arrivals.length;
  await page.evaluate(() => void window.client.flush());
  await ingest.requests(before + 1);
}

/** Let the page's clock run past the timeout of the request under way. */
async function timeOut() {
  await page.clock.runFor(10_001);
  await flush();
}
const uids = (request: number) => ingest.arrivals[request]?.records.map(({ uid }) => uid);

/** Wait until the page's counts are these. */
async function settled(expected: Partial<Awaited<ReturnType<typeof stats>>>) {
  await expect.poll(() => stats(page), { interval: 10 }).toMatchObject(expected);
}

/** Let the page's clock run so far, and no request be sent. */
async function quiet(milliseconds: number) {
  const before = ingest.arrivals.length;
  await page.clock.runFor(milliseconds);
  await page.evaluate(() => fetch("/favicon.ico"));
  expect(ingest.arrivals).toHaveLength(before);
}

describe("events go back to the head of the queue", () => {
  test.each([429, 502, 503, 504])(
    "after %i, and leave again with the same uids",
    async (status) => {
      ingest.treatments = [{ status }, {}];
      await trackMany(page, 2);
      await flush();
      await settled({ queued: 2, sent: 0 });
      await trackMany(page, 1, 2);
      await quiet(749);
      await page.clock.runFor(53);
      await ingest.requests(2);
      await settled({ queued: 0, sent: 3 });
      expect(uids(1)?.slice(0, 2)).toEqual(uids(0));
    },
  );

  test("after a broken connection", async () => {
    ingest.treatments = [{ fault: "close" }, {}];
    await trackMany(page, 2);
    await flush();
    await settled({ queued: 2 });
    await page.clock.runFor(803);
    await settled({ sent: 2 });
    expect(uids(1)).toEqual(uids(0));
  });

  test("while the server is down, and leave when it is back", async () => {
    await page.context().setOffline(true);
    await trackMany(page, 2);
    await flush();
    await settled({ queued: 2 });
    await page.context().setOffline(false);
    await page.clock.runFor(803);
    await settled({ queued: 0, sent: 2 });
  });

  test("and the oldest of all are lost when it is full", async () => {
    ingest.treatments = [{ status: 503, delay: 200 }, {}];
    await trackMany(page, 50);
    await flushInVain();
    await trackMany(page, 200, 50);
    await settled({ queued: 200, dropped: 50 });
  });
});

describe("sending waits", () => {
  test("as long as the server asks, whatever is tracked or flushed meanwhile", async () => {
    ingest.treatments = [{ status: 429, headers: { "retry-after": "7" } }, {}];
    await trackMany(page, 1);
    await flush();
    await settled({ queued: 1 });
    await trackMany(page, 60, 1);
    await flush();
    await quiet(6_999);
    await page.clock.runFor(53);
    await flush();
    await settled({ queued: 0, sent: 61 });
  });

  test("twice as long after each failure, and with one timer only", async () => {
    ingest.treatments = [{ status: 503 }];
    await trackMany(page, 1);
    await flush();
    for (const [failures, wait] of [750, 1_500, 3_000, 6_000].entries()) {
      await quiet(wait - 1);
      await page.clock.runFor(53);
      await ingest.requests(failures + 2);
      await flush();
    }
    expect(ingest.arrivals).toHaveLength(5);
  });

  test("a second again after a success", async () => {
    ingest.treatments = [{ status: 503 }, { status: 503 }, {}, { status: 503 }, {}];
    await trackMany(page, 1);
    await flush();
    await settled({ queued: 1 });
    await page.clock.runFor(803);
    await ingest.requests(2);
    await flush();
    await page.clock.runFor(1_553);
    await settled({ sent: 1 });
    await trackMany(page, 1);
    await flush();
    await settled({ queued: 1 });
    await page.clock.runFor(803);
    await settled({ sent: 2 });
  });
});

describe("a server that takes too long", () => {
  test("is asked again with the same uids, and its answer is waited for", async () => {
    ingest.treatments = [{ fault: "hang" }, { delay: 250 }];
    await trackMany(page, 2);
    await flushInVain();
    await timeOut();
    await settled({ queued: 2 });
    await page.clock.runFor(803);
    await ingest.requests(2);
    await page.clock.runFor(1_000);
    await settled({ queued: 0, sent: 2, unconfirmed: 0 });
    expect(uids(1)).toEqual(uids(0));
  });

  test("is given longer each time", async () => {
    ingest.treatments = [{ fault: "hang" }, { fault: "hang" }, {}];
    await trackMany(page, 2);
    await flushInVain();
    await timeOut();
    await settled({ queued: 2 });
    await page.clock.runFor(803);
    await ingest.requests(2);
    await quiet(19_000);
    await page.clock.runFor(1_001);
    await flush();
    await page.clock.runFor(1_553);
    await settled({ queued: 0, sent: 2 });
    expect(uids(2)).toEqual(uids(0));
  });

  test("an answer that comes slowly but steadily is sent once", async () => {
    ingest.treatments = [{ delay: 600 }];
    await trackMany(page, 5);
    await flushInVain();
    await page.clock.runFor(5_000);
    await settled({ queued: 0, sent: 5 });
    expect(ingest.arrivals).toHaveLength(1);
  });

  test("an answer without an end is none: it may be of a proxy that lost the server", async () => {
    ingest.treatments = [{ fault: "stall" }, {}];
    await trackMany(page, 2);
    const answer = page.waitForResponse("**/v1/logs");
    await flushInVain();
    await answer;
    await timeOut();
    await settled({ queued: 2 });
    await page.clock.runFor(803);
    await settled({ queued: 0, sent: 2 });
    expect(uids(1)).toEqual(uids(0));
  });
});

describe("a server that refuses", () => {
  test("some records: they are counted", async () => {
    ingest.treatments = [{ body: '{"partialSuccess":{"rejectedLogRecords":"2"}}' }];
    await trackMany(page, 5);
    await flush();
    await settled({ sent: 3, rejected: 2 });
  });

  test("all records: they are counted, and they are not reported as dropped", async () => {
    ingest.treatments = [{ status: 400, body: '{"code":3}' }, {}];
    await trackMany(page, 5);
    await flush();
    await settled({ rejected: 5, dropped: 0 });
    await trackMany(page, 1);
    await flush();
    await settled({ sent: 1 });
    expect(ingest.arrivals[1]?.resource).toEqual({});
  });

  test.each([404, 405, 413, 500])(
    "with %i: they are lost, counted, and reported",
    async (status) => {
      ingest.treatments = [{ status }, {}];
      await trackMany(page, 5);
      await flush();
      await settled({ dropped: 5, queued: 0 });
      await trackMany(page, 1);
      await flush();
      await settled({ sent: 1 });
      expect(ingest.arrivals[1]?.resource).toEqual({ "telesift.client.dropped": 5 });
    },
  );

  test("lost events are reported until a request succeeds, and a total rejection counts", async () => {
    ingest.treatments = [{ status: 500 }, { status: 400 }, {}];
    await trackMany(page, 5);
    await flush();
    await settled({ dropped: 5 });
    await trackMany(page, 1);
    await flush();
    await settled({ rejected: 1 });
    await trackMany(page, 1);
    await flush();
    await settled({ sent: 1 });
    const reported = ingest.arrivals.map(({ resource }) => resource["telesift.client.dropped"]);
    expect(reported).toEqual([undefined, 5, undefined]);
  });

  test("lost events are reported again after a request that failed", async () => {
    ingest.treatments = [{ status: 500 }, { status: 503 }, {}];
    await trackMany(page, 5);
    await flush();
    await settled({ dropped: 5 });
    await trackMany(page, 1);
    await flush();
    await settled({ queued: 1 });
    await page.clock.runFor(803);
    await settled({ sent: 1 });
    const reported = ingest.arrivals.map(({ resource }) => resource["telesift.client.dropped"]);
    expect(reported).toEqual([undefined, 5, 5]);
  });

  test("with 403: that is the end for this page", async () => {
    ingest.treatments = [{ status: 403, body: '{"code":"feature_disabled"}' }, {}];
    await trackMany(page, 60);
    await flush();
    await settled({ dropped: 60, queued: 0 });
    await trackMany(page, 60);
    await quiet(60_000);
    await page.goto("about:blank");
    expect(ingest.arrivals).toHaveLength(1);
  });

  test.each([
    ["HTML with status 200", { body: "<html>fine</html>" }],
    ["a redirect to a sign-in page", { status: 302, headers: { location: "/page.html" } }],
  ])("with %s: that is no success, and the events wait", async (_, treatment) => {
    ingest.treatments = [treatment, {}];
    await trackMany(page, 2);
    await flush();
    await settled({ sent: 0, queued: 2 });
    await page.clock.runFor(803);
    await settled({ sent: 2, queued: 0 });
    expect(uids(1)).toEqual(uids(0));
  });
});

describe("credentials that are refused", () => {
  /** Start with a token that is asked for anew each time. */
  const startWithTokens = () =>
    page.evaluate(() => {
      let count = 0;
      window.client = window.sdk.init({
        headers: async () => {
          count++;
          await Promise.resolve();
          return { authorization: `Bearer ${count}` };
        },
      });
    });
  const tokens = () => ingest.arrivals.map(({ headers }) => headers.authorization);

  test("are asked for again, also where that takes a while, and nothing is lost", async () => {
    ingest.treatments = [{ status: 401 }, {}];
    await startWithTokens();
    await trackMany(page, 2);
    await flush();
    await settled({ queued: 2 });
    await page.clock.runFor(803);
    await settled({ sent: 2, dropped: 0 });
    expect(tokens()).toEqual(["Bearer 1", "Bearer 2"]);
  });

  test("several times in a row are the end for this page", async () => {
    ingest.treatments = [{ status: 401 }];
    await trackMany(page, 2);
    await flush();
    for (const wait of [750, 1_500, 3_000]) {
      await page.clock.runFor(wait + 53);
      await flush();
    }
    await settled({ dropped: 2, queued: 0 });
    await trackMany(page, 60);
    await quiet(120_000);
    await page.goto("about:blank");
    expect(ingest.arrivals).toHaveLength(4);
  });

  test("after other failures are not the end yet", async () => {
    ingest.treatments = [{ status: 503 }, { status: 503 }, { status: 503 }, { status: 401 }, {}];
    await trackMany(page, 2);
    await flush();
    for (const wait of [750, 1_500, 3_000, 6_000]) {
      await page.clock.runFor(wait + 53);
      await flush();
    }
    await settled({ sent: 2, dropped: 0 });
  });

  test("a page that is left sends with the latest token: it cannot wait for another", async () => {
    await startWithTokens();
    await trackMany(page, 1);
    await flush();
    await trackMany(page, 1, 1);
    await page.goto("about:blank");
    await ingest.requests(2);
    expect(tokens()).toEqual(["Bearer 1", "Bearer 1"]);
  });
});

describe("a back-off", () => {
  /** Hide the page and show it again, as far as the page can tell. */
  const hideAndShow = () =>
    page.evaluate(() => {
      for (const hidden of [true, false]) {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      }
    });

  test("holds when the page is hidden and shown again", async () => {
    ingest.treatments = [{ status: 503 }, {}];
    await trackMany(page, 1);
    await flush();
    await settled({ queued: 1 });
    for (let times = 0; times < 20; times++) await hideAndShow();
    await quiet(700);
    await page.clock.runFor(103);
    await settled({ sent: 1 });
  });

  test("ends when the connection is back", async () => {
    await page.context().setOffline(true);
    await trackMany(page, 2);
    await flush();
    for (const wait of [750, 1_500, 3_000, 6_000, 12_000]) {
      await page.clock.runFor(wait + 53);
      await flush();
    }
    await settled({ queued: 2 });
    await page.context().setOffline(false);
    await page.clock.runFor(60);
    await settled({ queued: 0, sent: 2 });
  });
});

test("what is tracked while the page is hidden goes at once, one request at a time", async () => {
  ingest.treatments = [{ fault: "hang" }];
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  for (let index = 0; index < 8; index++) await trackMany(page, 1, index);
  await ingest.requests(1);
  await quiet(5_000);
});

test("a long session's keepalive requests do not use up the browser's quota", async () => {
  await page.evaluate(async () => {
    for (let round = 0; round < 10; round++) {
      for (let i = 0; i < 50; i++) {
        window.sdk.track("models.selected", { model: "m".repeat(400) });
      }
      await window.client.flush();
    }
  });
  expect(await stats(page)).toMatchObject({ sent: 500, queued: 0 });
  expect(ingest.arrivals.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(3 * 65_536);
});
