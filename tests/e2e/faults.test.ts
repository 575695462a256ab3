// SPDX-License-Identifier: Apache-2.0
// Telesift's services fail in every way; the vault does not notice, and nothing is lost.
import { randomUUID } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stack } from "./stack";
import { copy, create, launch, rating, signIn } from "./visitor";

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([Stack.start(), launch()]);
});

afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** Create, copy, duplicate and search; give the new prompt's id. */
async function work(page: Page): Promise<string> {
  const title = `Faults ${randomUUID()}`;
  const id = await create(page, title);
  await copy(page);
  await page.getByText("Copied").waitFor();
  await page.getByRole("button", { name: "Duplicate" }).click();
  await page.getByText("Duplicated as").waitFor();
  await page.getByRole("link", { name: "Prompt Vault" }).click();
  await page.getByRole("searchbox").fill(title);
  await page.getByText("2 prompts").waitFor();
  return id;
}

/** Wait for the events of `work`; fail if one of them is there twice. */
async function arrived(id: string) {
  const names = ["prompt_copied", "prompts.create", "prompts.duplicate"];
  const ofThis = (all: Awaited<ReturnType<Stack["events"]>>) =>
    all.filter(({ attributes }) => attributes.prompt_id === id).map(({ event }) => event);
  const events = await stack.eventsUntil(
    (all) => ofThis(all).length >= 3,
    "the events of a prompt",
  );
  expect(ofThis(events).sort()).toEqual(names);
}

test("processor and PSR service down: everything works, and events arrive after recovery", async () => {
  const { page, context, complaints } = await signIn(browser, stack);
  await stack.end("processor");
  await stack.end("psr");
  const id = await work(page);
  await stack.start("processor");
  await stack.start("psr");
  await arrived(id);
  // The browser itself reports connections that fail; the page must add nothing to it.
  expect(complaints.filter((line) => !line.includes("net::ERR"))).toEqual([]);
  await context.close();
});

test("both hang for five seconds: everything works, and each event arrives once", async () => {
  const { page, context, complaints } = await signIn(browser, stack);
  await stack.pause("processor");
  await stack.pause("psr");
  const id = await work(page);
  await page.waitForTimeout(5_000);
  await stack.resume("processor");
  await stack.resume("psr");
  await arrived(id);
  expect(complaints).toEqual([]);
  await context.close();
});

for (const status of [429, 503]) {
  test(`both answer ${status}: everything works, and events arrive after recovery`, async () => {
    const { page, context, complaints } = await signIn(browser, stack);
    const headers = {
      "Access-Control-Allow-Origin": stack.urls.vault,
      "Access-Control-Allow-Credentials": "true",
      "Access-Control-Expose-Headers": "Retry-After",
      "Retry-After": "1",
    };
    const refuse = /\/v1\/logs|\/psr\//;
    await page.route(refuse, (route) => route.fulfill({ status, headers }));
    const id = await work(page);
    expect(await rating(page).count()).toBe(0);
    await page.waitForTimeout(5_500); // The first flush has been refused by then.
    await page.unroute(refuse);
    await arrived(id);
    expect(complaints.filter((line) => !line.includes(`${status}`))).toEqual([]);
    await context.close();
  });
}

test("ten events before the tab closes, and ten before a navigation: all of them arrive", async () => {
  const { page, context } = await signIn(browser, stack);
  const copied = async () =>
    (await stack.events()).filter(({ attributes }) => attributes.source === "card").length;
  const copyTen = async () => {
    for (let index = 0; index < 10; index++) {
      const answered = page.waitForResponse((answer) => answer.url().includes("/copy?"));
      await page
        .getByRole("button", { name: /^Copy / })
        .nth(index)
        .click();
      await answered;
      await page.getByText("Copied").waitFor();
    }
  };
  const before = await copied();
  await copyTen();
  await page.goto(`${stack.urls.vault}/s/nowhere`);
  await expect.poll(copied, { timeout: 15_000 }).toBe(before + 10);
  await page.evaluate(() => history.back());
  await copyTen();
  await page.close({ runBeforeUnload: true });
  await expect.poll(copied, { timeout: 15_000 }).toBe(before + 20);
  await context.close();
});

test("a page that comes back out of the bfcache goes on sending", async () => {
  const { page, context } = await signIn(browser, stack);
  await page.evaluate(() => document.body.classList.add("kept"));
  await page.goto(`${stack.urls.vault}/s/nowhere`);
  await page.evaluate(() => history.back());
  await page.locator("body.kept").waitFor(); // Or it would be another page, loaded anew.
  await arrived(await work(page));
  await context.close();
});

test("telemetry off: nothing is sent; rating off: nobody is asked", async () => {
  await stack.end("vault");
  await stack.start("vault", { FEATURES_TELEMETRY: "false", FEATURES_PSR: "false" });
  const { page, context, complaints } = await signIn(browser, stack);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).origin));
  await create(page, `Off ${randomUUID()}`);
  await copy(page);
  await page.getByText("Copied").waitFor();
  await page.waitForTimeout(6_000); // Longer than a flush interval.
  expect(new Set(requests)).toEqual(new Set([stack.urls.vault]));
  expect(await rating(page).count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

test("asked for after Duplicate, too, where the operator wants that", async () => {
  await stack.end("vault");
  await stack.start("vault", { VAULT_ASK_AFTER_DUPLICATE: "true" });
  const { page, context } = await signIn(browser, stack);
  const id = await create(page, `Twin ${randomUUID()}`);
  await page.getByRole("button", { name: "Duplicate" }).click();
  await rating(page).getByRole("radio").last().check({ force: true });
  await rating(page).getByRole("button", { name: "Send" }).click();
  await page.getByText("Thank you!").waitFor();
  expect(await stack.sql(`SELECT source FROM psr_ratings WHERE prompt_id = '${id}'`)).toEqual([
    ["duplicate"],
  ]);
  await context.close();
});

test("half of the users: each of them sees the same on every visit", async () => {
  await stack.end("vault");
  await stack.start("vault", { FEATURES_PSR: "50%" });
  for (const name of ["ada", "grace"]) {
    const answers = new Set<boolean>();
    for (let visits = 0; visits < 2; visits++) {
      const { page, context } = await signIn(browser, stack, name);
      const me = await (await context.request.get("/me")).json();
      answers.add(me.features.psr);
      await create(page, `Half ${randomUUID()}`);
      await copy(page);
      await page.getByText("Copied").waitFor();
      if (me.features.psr) await rating(page).waitFor();
      else await page.waitForTimeout(500);
      expect(await rating(page).count()).toBe(me.features.psr ? 1 : 0);
      await context.close();
    }
    expect(answers.size).toBe(1);
  }
});
