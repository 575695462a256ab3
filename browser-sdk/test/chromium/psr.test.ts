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

  test.each([
    ["letters", "x", 300],
    ["emoji, each of which is one character to a person", "👍🏽", 300],
    ["letters with marks", "e\u0301", 300],
  ])("counts %s as the server does, and stops at 280", async (_, character, count) => {
    await ask();
    await star(1).click();
    await page.getByLabel("Note (optional)").focus();
    await page.keyboard.insertText(character);
    expect(await page.getByText("1 / 280").isVisible()).toBe(true);
    await page.keyboard.insertText(character.repeat(count));
    expect(await page.getByText("280 / 280").isVisible()).toBe(true);
    const note = await page.getByLabel("Note (optional)").inputValue();
    expect(note).toBe(character.repeat(280));
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

  test.each([
    ["a text field of the page", '<input id="theirs">'],
    ["an open menu's button", '<button id="theirs" aria-expanded="true">Menu</button>'],
    [
      "a modal dialog",
      '<div role="dialog" aria-modal="true"><button id="theirs">OK</button></div>',
    ],
  ])("leaves Escape to %s", async (_, html) => {
    await ask();
    await page.evaluate((markup) => document.body.insertAdjacentHTML("beforeend", markup), html);
    await page.locator("#theirs").focus();
    await page.keyboard.press("Escape");
    expect(await form().count()).toBe(1);
    await star(1).focus();
    await page.keyboard.press("Escape");
    expect(await form().count()).toBe(0);
  });

  test("one Escape dismisses one of two prompts", async () => {
    await ask("", "plain");
    await page.evaluate(() => {
      const { mountAgain } = window as unknown as {
        mountAgain(where: Element, more: object): void;
      };
      const below = document.querySelector("#below") as HTMLElement;
      mountAgain(below, { promptId: "5d0c2b7e-8a41-4c39-b1f6-7e3d9a604c22" });
    });
    await expect.poll(() => form().count()).toBe(2);
    await page.keyboard.press("Escape");
    expect(await form().count()).toBe(1);
  });

  test("keeps its keys and changes to itself", async () => {
    await ask();
    await page.evaluate(() => {
      const seen: string[] = [];
      for (const type of ["keydown", "keyup", "input", "change", "submit", "click"])
        document.addEventListener(type, () => seen.push(type));
      Object.assign(window, { seen });
    });
    await star(3).click();
    await page.getByLabel("Note (optional)").focus();
    await page.keyboard.type("j");
    await page.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => status().textContent()).toBe("Thank you!");
    expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([]);
  });

  test.each([
    ["hidden", "visibility: hidden"],
    ["clipped", "overflow: clip; height: 10px"],
    ["below the fold", "margin-top: 3000px"],
  ])("has not asked while it is %s", async (_, style) => {
    await openPage("", "plain");
    await page.evaluate(
      (css) => document.querySelector("#here")?.setAttribute("style", css),
      style,
    );
    await copy();
    await page.locator(".psr form").waitFor({ state: "attached" });
    await page.screenshot(); // Two frames at least, in which observers have their say.
    await page.screenshot();
    expect(ratings.paths).toEqual(["/psr/eligibility"]);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    await page.evaluate(() => {
      document.querySelector("#here")?.removeAttribute("style");
      scrollTo(0, 0);
    });
    if (style.startsWith("visibility"))
      await star(1).focus(); // No geometry has changed.
    else await ratings.called("/psr/impressions");
  });

  test("the same prompt twice on a page asks once", async () => {
    await ask("", "plain");
    await page.evaluate(() => {
      const { mountAgain } = window as unknown as { mountAgain(where: Element): void };
      mountAgain(document.querySelector("#below") as HTMLElement);
    });
    await page.evaluate(() => fetch("/favicon.ico"));
    expect(ratings.paths.filter((path) => path === "/psr/eligibility")).toHaveLength(1);
  });

  test("gives the focus back inside of a shadow root", async () => {
    await openPage("", "plain");
    await page.evaluate(() => {
      const { mountAgain } = window as unknown as { mountAgain(where: Element): void };
      const shadow = (document.querySelector("#here") as HTMLElement).attachShadow({
        mode: "open",
      });
      shadow.innerHTML = '<button id="inner">Copy inside</button><div></div>';
      shadow.querySelector("button")?.focus();
      mountAgain(shadow.querySelector("div") as HTMLElement);
    });
    await star(2).focus();
    await page.keyboard.press("Escape");
    expect(
      await page.evaluate(() => document.querySelector("#here")?.shadowRoot?.activeElement?.id),
    ).toBe("inner");
  });

  test.each([
    ["an inline-flex parent", "display: inline-flex", "html {}"],
    ["the page's right edge", "position: absolute; right: 0; width: 40px", "html {}"],
    ["a root font of 62.5 %", "", "html { font-size: 62.5% }"],
    ["a narrow column", "width: 60px", "html {}"],
  ])("keeps its width, and inside of the page, with %s", async (_, style, css) => {
    await page.setViewportSize({ width: 390, height: 700 });
    await openPage("", "plain");
    await page.addStyleTag({ content: css });
    await page.evaluate(
      (text) => document.querySelector("#here")?.setAttribute("style", text),
      style,
    );
    await copy();
    await form().waitFor();
    await ratings.called("/psr/impressions");
    const box = () => page.locator(".psr-card").boundingBox();
    await expect
      .poll(async () => ((await box())?.x ?? 0) + ((await box())?.width ?? 0))
      .toBeLessThanOrEqual(390);
    expect((await box())?.x).toBeGreaterThanOrEqual(0);
    expect((await box())?.width).toBe(336);
  });

  test("forgets on which days it asked about other prompts", async () => {
    await openPage();
    await page.evaluate(() => {
      localStorage["psr:last:old"] = "2026-11-22";
      localStorage["psr:last:today"] = "2026-11-23";
      localStorage.theirs = "2026-11-22";
    });
    await copy();
    await ratings.called("/psr/impressions");
    expect((await page.evaluate(() => Object.keys(localStorage))).sort()).toEqual(
      [`psr:last:${PROMPT}`, "psr:last:today", "theirs"].sort(),
    );
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

  test("closes without a word when the rating is refused, and logs it", async () => {
    ratings.treatments["/psr"] = { status: 422 };
    await ask();
    const warning = page.waitForEvent("console", (message) =>
      message.text().startsWith("[telesift]"),
    );
    await star(2).click();
    await page.getByRole("button", { name: "Send" }).click();
    expect((await warning).text()).toBe("[telesift] rating not stored: 422");
    await expect.poll(() => form().count()).toBe(0);
    expect(await status().textContent()).toBe("");
  });

  test.each([
    ["503 with Retry-After", { status: 503, headers: { "retry-after": "2" } }],
    ["a broken connection", { fault: "close" }],
  ] as const)(
    "says that it tries again after %s, keeps the note, and stores it",
    async (_, fault) => {
      ratings.treatments["/psr"] = fault;
      await ask();
      await star(2).click();
      await page.getByLabel("Note (optional)").fill("Fine.");
      await page.getByRole("button", { name: "Send" }).click();
      await expect.poll(() => status().textContent()).toBe("No connection yet. Trying again…");
      expect(await page.getByLabel("Note (optional)").inputValue()).toBe("Fine.");
      delete ratings.treatments["/psr"];
      await page.clock.runFor(4_000);
      await expect.poll(() => status().textContent()).toBe("Thank you!");
      expect(ratings.calls.filter(({ path }) => path === "/psr").at(-1)?.says).toMatchObject({
        rating: 2,
        note: "Fine.",
      });
    },
  );

  test("does not send for ever: no answer is a failure, and several of them are the end", async () => {
    ratings.treatments["/psr"] = { fault: "hang" };
    await ask();
    await star(2).click();
    await page.getByRole("button", { name: "Send" }).click();
    await ratings.called("/psr");
    await page.clock.runFor(10_001);
    await expect.poll(() => status().textContent()).toBe("No connection yet. Trying again…");
    for (let attempt = 2; attempt <= 5; attempt++) {
      await page.clock.runFor(20_000);
      await page.evaluate(() => fetch("/favicon.ico"));
      await page.clock.runFor(10_001);
      await page.evaluate(() => fetch("/favicon.ico"));
    }
    await expect.poll(() => form().count()).toBe(0);
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
