// SPDX-License-Identifier: Apache-2.0
// Every state of the rating prompt, in every surrounding, as axe and a ruler see it.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { THANKS_MS } from "../../src/limits.js";
import { launch } from "./chromium.js";
import { Ratings } from "./ratings.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where screenshots go, for people to look at; nowhere by default. */
const SCREENSHOTS = process.env.SCREENSHOTS;

let browser: Browser;
let ratings: Ratings;

beforeAll(async () => {
  browser = await launch();
  ratings = await new Ratings().start();
});
afterAll(async () => {
  await browser.close();
  await ratings.stop();
});

const SURROUNDINGS = [
  { name: "light 1280", options: { colorScheme: "light", viewport: { width: 1280, height: 640 } } },
  { name: "dark 1280", options: { colorScheme: "dark", viewport: { width: 1280, height: 640 } } },
  { name: "light 390", options: { colorScheme: "light", viewport: { width: 390, height: 640 } } },
  { name: "dark 390", options: { colorScheme: "dark", viewport: { width: 390, height: 640 } } },
  { name: "light 320", options: { viewport: { width: 320, height: 640 } } },
  {
    name: "right-to-left 320",
    options: { viewport: { width: 320, height: 640 } },
    query: "dir=rtl",
  },
  { name: "right-to-left 1280", options: {}, query: "dir=rtl" },
  {
    name: "forced colours 390",
    options: { forcedColors: "active", viewport: { width: 390, height: 640 } },
  },
  { name: "reduced motion", options: { reducedMotion: "reduce" } },
  { name: "no style sheet", options: {}, query: "style=none" },
] as const;

describe.each(SURROUNDINGS)("in $name", ({ name, options, ...rest }) => {
  const query = "query" in rest ? rest.query : "";

  test("no state of the prompt has a violation, and nothing overflows", async () => {
    const context = await browser.newContext({ ...options });
    const page = await context.newPage();
    await page.addInitScript(thanksStay, THANKS_MS);
    await page.goto(`${ratings.origin()}/plain.html?${query}`);
    const look = (state: string) => examine(page, `${name} ${state}`);
    await look("before");
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByRole("form").waitFor();
    await look("open");
    await page.getByRole("radio", { name: "4 of 5 stars" }).check();
    await page.getByLabel("Note (optional)").fill("Clear and short, but it left out the dates.");
    await look("filled in");
    await page.getByRole("radio", { name: "4 of 5 stars" }).focus();
    await page.keyboard.press("ArrowLeft");
    await look("focused");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("Thank you!").waitFor();
    await look("thanks");
    await targets(context, query);
    await context.close();
  });
});

/** Or a slow machine would look at them when they are gone. */
function thanksStay(duration: number) {
  const { setTimeout } = window;
  const patient = (work: () => void, delay?: number, ...rest: unknown[]) =>
    delay === duration ? 0 : setTimeout(work, delay, ...rest);
  Object.assign(window, { setTimeout: patient });
}

async function examine(page: Page, name: string) {
  // What is still fading in has no contrast yet.
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html)}`);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect({ name, found, overflow }).toEqual({ name, found: [], overflow: 0 });
  if (name.endsWith("thanks")) expect(await page.getByText("Thank you!").count()).toBe(1);
  if (SCREENSHOTS) {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: `${SCREENSHOTS}/${name.replaceAll(" ", "-")}.png` });
  }
}

/** Everything that can be pressed is 24 by 24 pixels at least (WCAG 2.5.8). */
async function targets(context: BrowserContext, query: string) {
  if (query === "style=none") return; // The browser's own radio buttons, spaced by the page.
  await context.clearCookies();
  const page = await context.newPage();
  await page.addInitScript(() => localStorage.clear());
  await page.goto(`${ratings.origin()}/plain.html?${query}`);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByRole("radio", { name: "1 of 5 stars" }).check();
  for (const target of await page.locator(".psr :is(input, button)").all()) {
    const box = await target.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(24);
  }
}
