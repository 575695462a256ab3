// SPDX-License-Identifier: Apache-2.0
// What is sent when, with the page's clock in the test's hand.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Consent, ConsentClient } from "../../src/consent.js";
import { launch } from "./chromium.js";
import { Ingest } from "./ingest.js";
import { open, start, stats, trackMany } from "./page.js";

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
});
afterEach(async () => {
  await page.close();
  await ingest.stop();
});

const flush = () => page.evaluate(() => window.client.flush());
const numbers = () => ingest.records.map(({ attributes }) => attributes.result_count);
const upTo = (count: number, first = 0) => Array.from({ length: count }, (_, i) => first + i);

describe("when events are sent", () => {
  test("a few events wait for company, and go together and in order", async () => {
    await start(page, ingest.origin());
    await trackMany(page, 3);
    await page.clock.runFor(4_999);
    expect(ingest.arrivals).toHaveLength(0);
    await page.clock.runFor(2);
    await ingest.requests(1);
    expect(numbers()).toEqual([0, 1, 2]);
  });

  test("the wait can be set", async () => {
    await start(page, ingest.origin(), { flushInterval: 100 });
    await trackMany(page, 1);
    await page.clock.runFor(102);
    await ingest.requests(1);
  });

  test("fifty events do not wait", async () => {
    await start(page, ingest.origin());
    await trackMany(page, 50);
    await page.clock.runFor(2);
    await ingest.recorded(50);
  });

  test("a request has fifty events at most, and the next one follows at once and in order", async () => {
    await start(page, ingest.origin());
    await trackMany(page, 120);
    await flush();
    expect(ingest.arrivals.map(({ records }) => records.length)).toEqual([50, 50, 20]);
    expect(numbers()).toEqual(upTo(120));
  });

  test("a request has sixty thousand bytes of events at most, and stays below 64 KiB", async () => {
    await start(page, ingest.origin());
    await page.evaluate(() => {
      const model = "m".repeat(3_700);
      for (let i = 0; i < 40; i++) window.sdk.track("models.selected", { model });
    });
    await flush();
    await flush();
    expect(ingest.records).toHaveLength(40);
    expect(Math.max(...ingest.arrivals.map(({ bytes }) => bytes))).toBeLessThan(61_000);
  });

  test("an event of more than 4 KB is dropped, counted, and holds nothing up", async () => {
    await start(page, ingest.origin());
    await trackMany(page, 1);
    await page.evaluate(() => {
      window.sdk.track("models.selected", { model: "m".repeat(5_000_000) });
      window.sdk.track("models.selected", { model: "é".repeat(2_100) });
    });
    await trackMany(page, 1, 1);
    await flush();
    expect(numbers()).toEqual([0, 1]);
    expect(await stats(page)).toMatchObject({ sent: 2, dropped: 2, queued: 0 });
    await trackMany(page, 1);
    await flush();
    expect(ingest.arrivals[1]?.resource).toEqual({ "telesift.client.dropped": 2 });
  });

  test("the server's own limit of events per request is used where it is known", async () => {
    ingest.on("/telemetry/config", () => ({
      body: '{"flags":{"telemetry":true},"limits":{"records_per_request":120}}',
    }));
    await open(page, ingest.origin());
    await page.evaluate(async () => {
      window.client = window.sdk.init(await window.sdk.loadConfig());
    });
    await trackMany(page, 150);
    await flush();
    expect(ingest.arrivals.map(({ records }) => records.length)).toEqual([120, 30]);
  });

  test("a processor that cannot be asked for its configuration leaves telemetry off", async () => {
    await open(page, ingest.origin());
    const options = await page.evaluate(() => window.sdk.loadConfig());
    expect(options).toEqual({ enabled: false });
  });

  test.each([-1, 0, Number.NaN, 2 ** 40])(
    "limits of %d are no limits: the usual ones hold",
    async (bad) => {
      await open(page, ingest.origin());
      await page.evaluate((value) => {
        window.client = window.sdk.init({
          maxQueue: value,
          eventsPerRequest: value,
          flushInterval: value,
          timeout: value,
        });
      }, bad);
      await trackMany(page, 250);
      await flush();
      expect(ingest.arrivals.map(({ records }) => records.length)).toEqual([50, 50, 50, 50]);
      expect(await stats(page)).toMatchObject({ sent: 200, dropped: 50 });
    },
  );

  test("events tracked during a request wait for the next interval", async () => {
    ingest.treatments = [{ fault: "hang" }];
    await start(page, ingest.origin());
    await trackMany(page, 1);
    await page.clock.runFor(5_002);
    await ingest.requests(1);
    await trackMany(page, 60, 1);
    await page.clock.runFor(100);
    expect(ingest.arrivals).toHaveLength(1);
  });

  test("a clock that is set back or forward delays nothing", async () => {
    await start(page, ingest.origin());
    await trackMany(page, 1);
    await page.clock.setSystemTime("2026-11-22T10:00:00Z");
    await trackMany(page, 1, 1);
    await page.clock.setSystemTime("2027-11-23T10:00:00Z");
    await trackMany(page, 1, 2);
    await page.clock.runFor(5_002);
    await ingest.recorded(3);
    expect(numbers()).toEqual([0, 1, 2]);
    expect(ingest.records.map(({ time }) => new Date(time).toISOString().slice(0, 10))).toEqual([
      "2026-11-23",
      "2026-11-22",
      "2027-11-23",
    ]);
  });
});

describe("what is sent", () => {
  test("properties are those at the time of the call", async () => {
    await start(page, ingest.origin());
    await page.evaluate(() => {
      const props = { result_count: 1 };
      window.sdk.track("vault.filtered_collection", props);
      props.result_count = 2;
    });
    await flush();
    expect(numbers()).toEqual([1]);
  });

  test("service, session, headers and cookies go along", async () => {
    await page.context().addCookies([{ name: "sid", value: "1", url: ingest.origin() }]);
    await start(page, ingest.origin(), {
      serviceName: "vault",
      serviceVersion: "2.14.0",
      sessionId: "s-1",
    });
    await trackMany(page, 1);
    await flush();
    const [arrival] = ingest.arrivals;
    expect(arrival?.resource).toEqual({ "service.name": "vault", "service.version": "2.14.0" });
    expect(arrival?.records[0]?.attributes["session.id"]).toBe("s-1");
    expect(arrival?.headers.cookie).toContain("sid=1");
  });

  test("a function is asked for the headers of each request", async () => {
    await open(page, ingest.origin());
    await page.evaluate(() => {
      let token = 0;
      window.client = window.sdk.init({
        headers: () => {
          token += 1;
          return { authorization: `Bearer ${token}` };
        },
      });
    });
    await trackMany(page, 60);
    await flush();
    const tokens = ingest.arrivals.map(({ headers }) => headers.authorization);
    expect(tokens).toEqual(["Bearer 1", "Bearer 2"]);
  });

  test("an event carries the active trace, and its request the first event's", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    await start(page, ingest.origin());
    await page.evaluate((value) => {
      window.sdk.withTrace(new Response(null, { headers: { traceresponse: value } }));
    }, traceparent);
    await trackMany(page, 1);
    await page.evaluate(() => {
      window.sdk.withTrace(new Response());
    });
    await trackMany(page, 1);
    await flush();
    expect(ingest.records.map(({ traceId, spanId, flags }) => [traceId, spanId, flags])).toEqual([
      ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", 1],
      [undefined, undefined, undefined],
    ]);
    expect(ingest.arrivals[0]?.headers.traceparent).toBe(traceparent);
  });

  test("beforeSend changes an event or holds it back; if it throws, the event does not leave", async () => {
    await open(page, ingest.origin());
    await page.evaluate(() => {
      window.client = window.sdk.init();
      window.sdk.beforeSend((event) => {
        if (event.props.result_count === 0) return null;
        if (event.props.result_count === 1) throw new Error("no");
        if (event.props.result_count === 2) return { ...event, props: null as never };
        return { ...event, props: { result_count: 20 } };
      });
    });
    await trackMany(page, 4);
    await flush();
    expect(numbers()).toEqual([20]);
    expect(await stats(page)).toMatchObject({ sent: 1, withheld: 3, queued: 0 });
  });

  test("an asynchronous beforeSend withholds: nobody has looked through the event yet", async () => {
    await start(page, ingest.origin());
    await page.evaluate(() => {
      window.sdk.beforeSend((async (event: object) => event) as never);
    });
    await trackMany(page, 2);
    await flush();
    expect(ingest.arrivals).toHaveLength(0);
    expect(await stats(page)).toMatchObject({ withheld: 2, queued: 0 });
  });

  test("each request says when it is sent, by the clock that the events have", async () => {
    await start(page, ingest.origin());
    await trackMany(page, 1);
    await page.clock.setSystemTime("2026-11-23T13:00:00Z");
    await flush();
    expect(Number(ingest.arrivals[0]?.headers["telesift-sent-at"])).toBe(
      Date.parse("2026-11-23T13:00:00Z"),
    );
  });

  test("a Date.now of fractions, or one that throws, changes nothing", async () => {
    await start(page, ingest.origin());
    await page.evaluate(() => {
      const { now } = Date;
      Date.now = () => now() + 0.25;
      window.trackMany(1);
      Date.now = () => {
        throw new Error("no clock");
      };
      window.trackMany(1, 1);
    });
    await flush();
    expect(numbers()).toEqual([0, 1]);
    expect(ingest.records.map(({ time }) => time % 1)).toEqual([0, 0]);
  });
});

describe("what the page feels", () => {
  test("a beforeSend that tracks does not go on for ever", async () => {
    await open(page, ingest.origin());
    await page.evaluate(() => {
      window.client = window.sdk.init();
      window.sdk.beforeSend((event) => {
        window.sdk.track("auth.logout");
        return event;
      });
    });
    await trackMany(page, 60);
    await flush();
    await page.goto("about:blank");
    expect(numbers()).toEqual(upTo(60));
  });

  test("track works before init, and holds the latest two hundred", async () => {
    await open(page, ingest.origin());
    await trackMany(page, 210);
    await page.evaluate(() => {
      window.client = window.sdk.init();
    });
    await flush();
    expect(numbers()).toEqual(upTo(200, 10));
  });

  test("an event without a name does not spoil its batch", async () => {
    await start(page, ingest.origin());
    await page.evaluate(() => {
      window.sdk.track(undefined as unknown as "auth.logout");
      window.sdk.track("auth.logout");
    });
    await flush();
    expect(ingest.records.map(({ event }) => event)).toEqual(["undefined", "auth.logout"]);
  });

  test("track never throws", async () => {
    await start(page, ingest.origin());
    const outcome = await page.evaluate(() => {
      const trap = {
        get result_count(): number {
          throw new Error("trap");
        },
      };
      window.sdk.track("vault.filtered_collection", trap);
      return "went on";
    });
    expect(outcome).toBe("went on");
  });

  test("a full queue loses its oldest events, counts them, and reports them to the server once", async () => {
    await start(page, ingest.origin());
    await trackMany(page, 10_000);
    expect(await stats(page)).toMatchObject({ queued: 200, dropped: 9_800 });
    await flush();
    expect(numbers()).toEqual(upTo(200, 9_800));
    const reported = ingest.arrivals.map(({ resource }) => resource["telesift.client.dropped"]);
    expect(reported).toEqual([9_800, undefined, undefined, undefined]);
  });

  test("ten thousand calls leave a page that answers", async () => {
    await start(page, ingest.origin());
    await trackMany(page, 10_000);
    await page.getByRole("button").click();
    expect(await page.getByRole("button").textContent()).toBe("clicked");
  });

  test.each([
    ["the flag is off", { enabled: false }],
    ["the console is the sink", { sink: "console" }],
  ] as const)("nothing is sent where %s", async (_, options) => {
    await start(page, ingest.origin(), options);
    await trackMany(page, 60);
    await flush();
    await page.clock.runFor(60_000);
    await page.goto("about:blank");
    expect(ingest.arrivals).toHaveLength(0);
  });

  test("the console shows events at once", async () => {
    const message = page.waitForEvent("console");
    await start(page, ingest.origin(), {}, "build=development");
    await trackMany(page, 1);
    expect((await message).text()).toBe("[telesift] vault.filtered_collection {result_count: 0}");
  });

  test("shutdown sends what is queued and ends it", async () => {
    await start(page, ingest.origin());
    await trackMany(page, 60);
    await page.evaluate(() => window.client.shutdown());
    await trackMany(page, 60, 60);
    await page.clock.runFor(60_000);
    expect(numbers()).toEqual(upTo(60));
  });

  describe("with consent", () => {
    /** Start with consent to be given. */
    const startWithConsent = () =>
      page.evaluate(() => {
        window.client = window.sdk.initWithConsent();
      });
    const consent = (choice: Consent) =>
      page.evaluate((given) => (window.client as ConsentClient).consent(given), choice);

    test("nothing is held or sent before it is granted, not even what came before init", async () => {
      await open(page, ingest.origin());
      await trackMany(page, 1);
      await startWithConsent();
      await trackMany(page, 1, 1);
      expect(await stats(page)).toMatchObject({ queued: 0 });
      await consent("granted");
      await trackMany(page, 1, 2);
      await flush();
      expect(numbers()).toEqual([2]);
    });

    test("withdrawing it empties what waits, and nothing more is sent", async () => {
      ingest.treatments = [{ status: 503 }, {}];
      await open(page, ingest.origin());
      await startWithConsent();
      await consent("granted");
      await trackMany(page, 1);
      await flush();
      await trackMany(page, 60, 1);
      await consent("denied");
      await trackMany(page, 60, 100);
      expect(await stats(page)).toMatchObject({ queued: 0, sent: 0 });
      await page.clock.runFor(120_000);
      await page.goto("about:blank");
      expect(ingest.arrivals).toHaveLength(1);
    });

    test("it can be granted again", async () => {
      await open(page, ingest.origin());
      await startWithConsent();
      for (const choice of ["granted", "denied", "granted"] as const) await consent(choice);
      await trackMany(page, 1);
      await flush();
      expect(numbers()).toEqual([0]);
    });
  });

  test("init during a back-off keeps what waits, and what the former queue lost is reported", async () => {
    ingest.treatments = [{ status: 503 }, {}];
    await start(page, ingest.origin(), { sessionId: "former", maxQueue: 2 });
    await trackMany(page, 3);
    await flush();
    await page.evaluate(() => {
      window.client = window.sdk.init({ sessionId: "next" });
    });
    await trackMany(page, 1, 3);
    await flush();
    await page.clock.runFor(2_000);
    await ingest.requests(3);
    const of = (session: string) =>
      ingest.records
        .filter(({ attributes }) => attributes["session.id"] === session)
        .map(({ attributes }) => attributes.result_count);
    expect([of("former"), of("next")]).toEqual([[1, 2, 1, 2], [3]]);
    const reported = ingest.arrivals.map(({ resource }) => resource["telesift.client.dropped"]);
    expect(reported).toEqual([1, 1, undefined]);
  });

  test("a second init sends the former user's events under the former user's name", async () => {
    await start(page, ingest.origin(), { sessionId: "former" });
    await trackMany(page, 1);
    await page.evaluate(() => {
      window.client = window.sdk.init({ sessionId: "next" });
    });
    await trackMany(page, 1, 1);
    await flush();
    await ingest.recorded(2);
    const sessions = ingest.records.map(({ attributes }) => attributes["session.id"]);
    expect(sessions.sort()).toEqual(["former", "next"]);
  });
});

describe("what a developer learns", () => {
  /** Collect the console's lines that are ours. */
  function lines() {
    const seen: string[] = [];
    page.on("console", (line) => {
      if (line.text().startsWith("[telesift]")) seen.push(line.text());
    });
    return seen;
  }

  test("in a development build: what the server rejected, and why", async () => {
    const seen = lines();
    const errorMessage = "1 of 1 records rejected: #0 attribute_value (auth.logout latency_ms)";
    ingest.treatments = [
      { body: JSON.stringify({ partialSuccess: { rejectedLogRecords: "1", errorMessage } }) },
    ];
    await start(page, ingest.origin(), { sink: "otlp" }, "build=development");
    await page.evaluate(() => window.sdk.track("auth.logout"));
    await flush();
    expect(seen).toEqual([`[telesift] the server rejected events: ${errorMessage}`]);
  });

  test("in production: nothing, unless it asks", async () => {
    const seen = lines();
    ingest.treatments = [{ status: 404 }];
    await start(page, ingest.origin());
    await trackMany(page, 1);
    await flush();
    expect(seen).toEqual([]);
    await page.evaluate(() => window.sdk.debug());
    await trackMany(page, 1);
    await flush();
    expect(seen).toEqual([expect.stringContaining("does not exist there (404)")]);
  });
});
