// SPDX-License-Identifier: Apache-2.0
// The rating prompt, plain and in React, as a person meets it.

import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launch } from "./chromium.js";
import { Ratings } from "./ratings.js";

const PROMPT = "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11";
const TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

let browser: Browser;
let ratings: Ratings;
let context: BrowserContext;
let page: Page;
let problems: string[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

beforeEach(async () => {
  ratings = await new Ratings().start();
  context = await browser.newContext();
  page = await context.newPage();
  await page.clock.install({ time: "2026-11-23T09:59:59Z" });
  await page.clock.pauseAt("2026-11-23T10:00:00Z");
  problems = [];
  page.on("pageerror", ({ message }) => problems.push(message));
});
afterEach(async () => {
  expect(problems).toEqual([]);
  await context.close();
  await ratings.stop();
});

const star = (count: number) => page.getByRole("radio", { name: `${count} of 5 stars` });
const form = () => page.getByRole("form", { name: "How well did this prompt work?" });
const status = () => page.getByRole("status");
const copy = () => page.getByRole("button", { name: "Copy" }).click();

async function openPage(query = "", kind = "react") {
  await page.goto(`${ratings.origin()}/${kind}.html?${query}`);
  await page.waitForFunction(() => "unmount" in window);
}

async function ask(query?: string, kind?: string) {
  await openPage(query, kind);
  await copy();
  await page.getByRole("form").waitFor();
}

/** Wait until what a click led to has had its time, with nothing to show for it. */
async function nothingAppears() {
  await page.evaluate(() => fetch("/favicon.ico"));
  await page.evaluate(() => fetch("/favicon.ico"));
  expect(await form().count()).toBe(0);
}

const focused = () =>
  page.evaluate(() => {
    const active = document.activeElement as HTMLElement | null;
    return active?.ariaLabel || active?.id || active?.textContent || active?.tagName;
  });

describe.each(["plain", "react"])("the %s prompt", (kind) => {
  test("appears after the copy, and neither takes the focus nor moves anything", async () => {
    await openPage("", kind);
    const layout = () =>
      page.evaluate(() => [
        document.querySelector("#below")?.getBoundingClientRect().toJSON(),
        document.documentElement.scrollWidth,
        scrollY,
      ]);
    const before = await layout();
    await copy();
    await form().waitFor();
    expect(await focused()).toBe("copy");
    expect(await layout()).toEqual(before);
    expect(await status().textContent()).toBe("How well did this prompt work?");
  });

  test("asks the server first, and reports that it was shown", async () => {
    await ask("", kind);
    const impression = await ratings.called("/psr/impressions");
    expect(ratings.calls.at(-2)).toMatchObject({ method: "GET", says: { prompt_id: PROMPT } });
    expect(impression.says).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      prompt_id: PROMPT,
      version: "3",
      source: "copy",
    });
    expect(impression.headers.authorization).toBe("Bearer token");
  });

  test("takes a rating by mouse, says thanks and goes", async () => {
    await ask("", kind);
    await star(4).click();
    await page.getByLabel("Note (optional)").fill("Clear and short.");
    await page.getByRole("button", { name: "Send" }).click();
    const { says } = await ratings.called("/psr");
    expect(says).toEqual({
      prompt_id: PROMPT,
      version: "3",
      rating: 4,
      note: "Clear and short.",
      source: "copy",
    });
    await expect.poll(() => status().textContent()).toBe("Thank you!");
    expect(await form().count()).toBe(0);
    await page.clock.runFor(4_001);
    expect(await status().textContent()).toBe("");
  });

  test.each([
    ["Escape, though it does not have the focus", () => page.keyboard.press("Escape")],
    ["its button", () => page.getByRole("button", { name: "Dismiss" }).click()],
  ])("is dismissed by %s", async (_, dismiss) => {
    await ask("", kind);
    await dismiss();
    const { says } = await ratings.called("/psr/dismissals");
    expect(says).toEqual((await ratings.called("/psr/impressions")).says);
    expect(await form().count()).toBe(0);
    expect(await focused()).not.toBe("Dismiss");
    expect(await status().textContent()).toBe("");
  });

  test("is taken away in the middle of a question, and a late answer changes nothing", async () => {
    ratings.treatments["/psr/eligibility"] = { delay: 1_000, body: '{"eligible":true}' };
    await openPage("", kind);
    const answer = page.waitForResponse("**/psr/eligibility*");
    await copy();
    await ratings.called("/psr/eligibility");
    await page.evaluate(() => (window as unknown as { unmount(): void }).unmount());
    await answer;
    await nothingAppears();
    expect(await page.locator(".psr").count()).toBe(0);
    expect(ratings.paths).not.toContain("/psr/impressions");
  });
});

describe("the prompt", () => {
  test("takes a rating by keyboard, and gives the focus back", async () => {
    await ask();
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("1 of 5 stars");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toBe("3 of 5 stars");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Fine.");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const { says } = await ratings.called("/psr");
    expect(says).toMatchObject({ rating: 3, note: "Fine." });
    await expect.poll(() => status().textContent()).toBe("Thank you!");
    expect(await focused()).toBe("copy");
  });

  test("sends nothing before a star is chosen, and does not fall for Enter", async () => {
    await ask();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await star(5).click();
    await page.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => status().textContent()).toBe("Thank you!");
    expect(ratings.calls.filter(({ path }) => path === "/psr")).toMatchObject([
      { says: { rating: 5 } },
    ]);
  });

  test("needs no note", async () => {
    await ask();
    await star(5).click();
    await page.getByRole("button", { name: "Send" }).click();
    const { says } = await ratings.called("/psr");
    expect(says).toEqual({ prompt_id: PROMPT, version: "3", rating: 5, source: "copy" });
  });

  test("counts the note's characters and stops at 280", async () => {
    await ask();
    await star(1).click();
    await page.getByLabel("Note (optional)").focus();
    await page.keyboard.insertText("x".repeat(300));
    expect(await page.getByText("280 / 280").isVisible()).toBe(true);
    expect(await page.getByLabel("Note (optional)").inputValue()).toHaveLength(280);
  });

  test("gives the focus back when it is dismissed from inside", async () => {
    await ask();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    expect(await focused()).toBe("copy");
  });

  test("leaves Escape to what is open above it", async () => {
    await ask();
    await page.evaluate(() =>
      document.addEventListener("keydown", (event) => event.preventDefault()),
    );
    await page.keyboard.press("Escape");
    expect(await form().count()).toBe(1);
  });

  test("does not ask again on the same day, but on the next", async () => {
    await ask();
    await page.keyboard.press("Escape");
    await Promise.all(["/psr/impressions", "/psr/dismissals"].map((path) => ratings.called(path)));
    const { length } = ratings.calls;
    await copy();
    await nothingAppears();
    expect(ratings.calls).toHaveLength(length);
    await page.clock.setSystemTime("2026-11-24T00:00:01Z");
    await copy();
    await form().waitFor();
  });

  test("stays away when the server says so", async () => {
    const refusal = { eligible: false, reason: "rated_today", next_at: "2026-11-24T00:00:00Z" };
    ratings.treatments["/psr/eligibility"] = { body: JSON.stringify(refusal) };
    await openPage();
    await copy();
    await ratings.called("/psr/eligibility");
    await nothingAppears();
    expect(new Set(ratings.paths)).toEqual(new Set(["/psr/eligibility"]));
  });

  test.each([
    ["is switched off", { status: 403, body: '{"code":"feature_disabled"}' }],
    ["is down", { fault: "close" }],
    ["hangs", { fault: "hang" }],
    ["answers with a proxy's page", { body: "<html>" }],
  ] as const)("stays away when the service %s", async (_, treatment) => {
    ratings.treatments["/psr/eligibility"] = treatment;
    await openPage();
    await copy();
    await ratings.called("/psr/eligibility");
    await nothingAppears();
  });

  test("closes without a word when the rating cannot be stored, and logs it", async () => {
    ratings.treatments["/psr"] = { status: 503 };
    await ask();
    const warning = page.waitForEvent("console", (message) => message.type() === "warning");
    await star(2).click();
    await page.getByRole("button", { name: "Send" }).click();
    expect((await warning).text()).toBe("[telesift] rating not stored");
    await expect.poll(() => form().count()).toBe(0);
    expect(await status().textContent()).toBe("");
  });

  test("sends one rating, however often the button is pressed", async () => {
    ratings.treatments["/psr"] = { delay: 200 };
    await ask();
    await star(2).click();
    await page.getByRole("button", { name: "Send" }).dblclick();
    await expect.poll(() => status().textContent()).toBe("Thank you!");
    expect(ratings.paths.filter((path) => path === "/psr")).toHaveLength(1);
  });

  test("works where the browser has no storage", async () => {
    await page.addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
    });
    await ask();
  });

  test("belongs to the trace of what led to it", async () => {
    await openPage();
    await page.evaluate((traceresponse) => {
      const { withTrace } = window as unknown as { withTrace(response: Response): void };
      withTrace(new Response(null, { headers: { traceresponse } }));
    }, TRACEPARENT);
    await copy();
    await star(3).click();
    await page.clock.runFor(60_000);
    await page.getByRole("button", { name: "Send" }).click();
    await ratings.called("/psr");
    expect(new Set(ratings.calls.map(({ headers }) => headers.traceparent))).toEqual(
      new Set([TRACEPARENT]),
    );
  });

  test("speaks the page's language", async () => {
    await ask("lang=de");
    await page.getByRole("radio", { name: "2 von 5 Sternen" }).click();
    await page.getByRole("button", { name: "Senden" }).click();
    await expect.poll(() => status().textContent()).toBe("Danke!");
  });

  test("works without its style sheet", async () => {
    await ask("style=none");
    await star(4).check();
    await page.getByRole("button", { name: "Send" }).click();
    expect((await ratings.called("/psr")).says).toMatchObject({ rating: 4 });
  });
});
