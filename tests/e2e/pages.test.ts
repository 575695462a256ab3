// SPDX-License-Identifier: Apache-2.0
// What everybody can see, and what nobody may: pages without barriers, traffic without secrets.
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stack } from "./stack";
import { copy, create, launch, rating, signIn, visit } from "./visitor";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([Stack.start(), launch()]);
});

afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** Give axe's findings on the page as it is now. */
async function findings(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof import("axe-core") }).axe.run(),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

const widerThanScreen = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

for (const options of [
  { colorScheme: "light", viewport: { width: 1200, height: 800 } },
  { colorScheme: "dark", viewport: { width: 360, height: 740 } },
] as const) {
  test(`no barrier on any page: ${options.colorScheme}, ${options.viewport.width} px`, async () => {
    const found: Record<string, string[]> = {};
    const look = async (name: string, page: Page) => {
      found[name] = await findings(page);
      if ((await widerThanScreen(page)) > 0) found[name].push("wider than the screen");
    };
    const bypassCSP = true; // For axe, which is a script of ours in the page.
    const stranger = await visit(browser, stack, { ...options, bypassCSP });
    await stranger.page.getByRole("button", { name: "Sign in" }).waitFor();
    await look("sign-in", stranger.page);
    await stranger.context.close();

    const { page, context } = await signIn(browser, stack, "grace", { ...options, bypassCSP });
    await look("list", page);
    await page.getByRole("link", { name: "New prompt" }).click();
    await look("editor", page);
    await page.getByRole("link", { name: "Import and export" }).click();
    await look("import and export", page);
    await create(page, `A title ${"of many words ".repeat(8)}`, `${"word".repeat(80)}`, "tag");
    await look("prompt", page);
    await copy(page);
    await rating(page).waitFor();
    await look("rating prompt open", page);
    await rating(page).getByRole("radio").first().check({ force: true });
    await look("rating prompt with a star", page);
    await page.keyboard.press("Escape");
    await look("rating prompt closed", page);
    await page.getByRole("button", { name: "Share by link" }).click();
    await page.getByLabel("Share link").waitFor();
    await look("prompt with a link", page);
    await page.getByRole("link", { name: "Open" }).click();
    await look("shared page", page);
    expect(Object.entries(found).filter(([, problems]) => problems.length)).toEqual([]);
    await context.close();
  });
}

test("what leaves for the processor holds no title, text, search, tag or e-mail address", async () => {
  const canary = (where: string) => `canary-${where} ${where}@canary.example`;
  const { page, context } = await signIn(browser, stack);
  const sent: string[] = [];
  context.on("request", (request) => {
    if (request.url().startsWith(stack.urls.processor)) {
      sent.push(`${request.url()} ${request.postData() ?? ""}`);
    }
  });
  const id = await create(page, canary("title"), canary("body"), canary("tag"));
  await copy(page);
  await rating(page).waitFor();
  await rating(page).getByRole("radio").nth(4).check({ force: true });
  await rating(page).getByRole("textbox").fill(canary("note"));
  await rating(page).getByRole("button", { name: "Send" }).click();
  await page.getByText("Thank you!").waitFor();
  await page.getByRole("link", { name: "Import and export" }).click();
  await page
    .getByLabel("Or paste it here")
    .fill(`{"title": "${canary("title2")}", "body": "${canary("import")}"}`);
  await page.getByRole("button", { name: "Import" }).click();
  await page.getByText("1 created").waitFor();
  await page.getByRole("link", { name: "Prompt Vault" }).click();
  await page.getByRole("searchbox").fill(canary("search"));
  await page.getByText("0 prompts").waitFor();
  const events = await stack.eventsUntil(
    (all) => all.some(({ event }) => event === "vault.search_performed"),
    "the search's event",
  );
  expect(sent.join()).toContain("vault.search_performed");
  expect(sent.join()).not.toContain("canary");
  expect(JSON.stringify(events)).not.toContain("canary");
  expect(await stack.sql(`SELECT note FROM psr_ratings WHERE prompt_id = '${id}'`)).toEqual([
    ["canary-note [email]"],
  ]);
  await context.close();
});

test("the page keeps to its own policy for content", async () => {
  const { page, context, complaints } = await signIn(browser, stack);
  await create(page, "Policy");
  await copy(page);
  await rating(page).waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});
