// SPDX-License-Identifier: Apache-2.0
// What browsers do differently, in the one that ENGINE names: leaving a page, and drawing stars.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Ingest } from "../chromium/ingest.js";
import { Ratings } from "../chromium/ratings.js";
import { startChromium } from "./chromium.js";
import { type Engine, type Tab, until } from "./engine.js";
import { startFirefox } from "./firefox.js";
import { findBrowser, startWebkit } from "./webkit.js";

const has = (command: string) => spawnSync("which", [command]).status === 0;

const ENGINES = {
  chromium: {
    start: startChromium,
    there: existsSync(process.env.CHROMIUM ?? "/usr/bin/chromium"),
  },
  firefox: {
    start: startFirefox,
    there: existsSync(process.env.FIREFOX ?? "/usr/bin/firefox-esr"),
  },
  webkit: {
    start: startWebkit,
    there: ["WebKitWebDriver", "Xvfb"].every(has) && existsSync(findBrowser() ?? ""),
  },
};
const name = (process.env.ENGINE ?? "chromium") as keyof typeof ENGINES;
const { start, there } = ENGINES[name];
if (!there)
  console.warn(`${name} is not installed: its tests are skipped (tests/install_servers.sh)`);

// Where CI=true a missing browser is a failure, not a reason to skip.
describe.skipIf(!there && process.env.CI !== "true")(name, () => {
  let engine: Engine;
  let tab: Tab;

  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine?.stop());
  beforeEach(async () => {
    tab = await engine.newTab();
  });
  afterEach(() => tab.close().catch(() => {})); // Some tests close it themselves.

  describe("a page that is left", () => {
    let ingest: Ingest;
    let elsewhere: Ingest;

    beforeEach(async () => {
      [ingest, elsewhere] = await Promise.all([new Ingest().start(), new Ingest().start()]);
      await tab.goto(`${ingest.origin()}/page.html`);
      await until(tab, () => "sdk" in window);
      await tab.run(() => {
        window.client = window.sdk.init();
        window.trackMany = (count, first = 0) => {
          for (let index = first; index < first + count; index++) {
            window.sdk.track("vault.filtered_collection", { result_count: index });
          }
        };
      });
    });
    afterEach(() => Promise.all([ingest.stop(), elsewhere.stop()]));

    const track = (count: number, first = 0) =>
      tab.run((n, from) => window.trackMany(n, from), count, first);
    const unique = () => new Set(ingest.records.map(({ uid }) => uid)).size;

    const ways: [string, () => Promise<unknown>][] = [
      ["a link within the site", () => tab.goto(`${ingest.origin()}/page.html?next`)],
      ["a link to another site", () => tab.goto(`${elsewhere.origin("127.0.0.1")}/page.html`)],
      ["reloading", () => tab.run(() => setTimeout(() => location.reload()) && undefined)],
    ];

    test.each(ways)("by %s has sent each of ten events, once", async (_, leave) => {
      await track(10);
      await leave();
      await ingest.recorded(10);
      await sleep(300);
      expect([ingest.records.length, unique()]).toEqual([10, 10]);
    });

    test.each(ways)("by %s sends again what was in flight", async (_, leave) => {
      ingest.treatments = [{ fault: "hang" }, {}];
      await track(50);
      await ingest.requests(1);
      await track(10, 50);
      await leave();
      await expect.poll(unique).toBe(60);
    });

    test("whose keepalive quota somebody else has used up is sent without it", async () => {
      ingest.on("/theirs", () => ({ fault: "hang" }));
      await track(10);
      await tab.run(() => {
        const body = "x".repeat(60_000);
        void fetch("/theirs", { method: "POST", body, keepalive: true }).catch(() => {});
        for (let index = 0; index < 20; index++) {
          window.sdk.track("models.selected", { model: "m".repeat(1_000) });
        }
      });
      await tab.goto(`${ingest.origin()}/page.html?next`);
      if (name === "firefox") await expect.poll(unique).toBe(30);
      else await sleep(500); // Others end the refused request with the page: nothing comes twice.
      expect(ingest.records.length).toBe(unique());
    });
  });

  describe("the rating prompt", () => {
    let ratings: Ratings;

    beforeEach(async () => {
      ratings = await new Ratings().start();
      await tab.goto(`${ratings.origin()}/plain.html`);
      await until(tab, () => "unmount" in window);
      await tab.click("#copy");
      await until(tab, () => document.querySelector(".psr form") !== null);
    });
    afterEach(() => ratings.stop());

    const star = (count: number) => () => tab.click(`.psr-star:nth-child(${count}) input`);
    const key = (which: "Tab" | "Space" | "ArrowRight" | "Escape") => () => tab.press(which);
    const away = () => tab.click("h1");

    const sequences: [string, number, (() => Promise<void>)[]][] = [
      ["click 1", 1, [star(1)]],
      ["click 5", 5, [star(5)]],
      ["click 5, click 2", 2, [star(5), star(2)]],
      ["click 5, away, click 2", 2, [star(5), away, star(2)]],
      ["click 5, away, click 2, away", 2, [star(5), away, star(2), away]],
      ["Tab, Space", 1, [key("Tab"), key("Space")]],
      [
        "Tab, Space, Right, Right",
        3,
        [key("Tab"), key("Space"), key("ArrowRight"), key("ArrowRight")],
      ],
      ["click 2, Right, Right, away", 4, [star(2), key("ArrowRight"), key("ArrowRight"), away]],
    ];

    test.each(sequences)("has as many stars lit as are chosen: %s", async (_, chosen, steps) => {
      for (const step of steps) await step();
      await until(
        tab,
        (count) =>
          document.querySelectorAll<HTMLInputElement>(".psr-star input")[count - 1]?.checked,
        chosen,
      );
      const lit = [1, 2, 3, 4, 5].map((count) => count <= chosen);
      await expect.poll(() => litStars(tab)).toEqual(lit);
    });

    test("takes a rating with a note, and says thanks", async () => {
      await star(4)();
      await tab.click(".psr-note textarea");
      await tab.type("Fine.");
      await tab.click(".psr-submit");
      await until(tab, () => document.querySelector(".psr-message")?.textContent === "Thank you!");
      expect(ratings.calls.at(-1)?.says).toMatchObject({ rating: 4, note: "Fine." });
    });

    test("is dismissed by Escape, and reported as seen before", async () => {
      await ratings.called("/psr/impressions");
      await tab.press("Escape");
      await ratings.called("/psr/dismissals");
      expect(await tab.run(() => document.querySelector(".psr form"))).toBeNull();
    });
  });
});

/** Return which stars are filled, by the pixels in their middle. */
async function litStars(tab: Tab): Promise<boolean[]> {
  const screenshot = await tab.screenshot();
  return tab.run(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext("2d") as CanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    const scale = image.width / innerWidth;
    return [...document.querySelectorAll(".psr-star")].map((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const x = (left + width / 2) * scale;
      const y = (top + height / 2) * scale;
      const [red = 0, green = 0, blue = 0] = context.getImageData(x, y, 1, 1).data;
      return Math.max(red, green, blue) - Math.min(red, green, blue) > 60; // Neither white nor grey.
    });
  }, screenshot);
}
