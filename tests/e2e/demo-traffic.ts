// SPDX-License-Identifier: Apache-2.0
// Uses the running vault for a minute, as two people would: make demo-traffic
import type { Browser, Page } from "playwright-core";
import { launch, rating, signIn } from "./visitor";

const VAULT = process.env.VAULT_URL ?? "http://127.0.0.1:8000";
const SECONDS = Number(process.env.SECONDS ?? 60);
const SEARCHES = ["plan", "test", "query", "summary", "nothing like that"];

const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
const pause = (page: Page) => page.waitForTimeout(300 + Math.random() * 1200);

async function browse(page: Page) {
  await page.getByRole("link", { name: "Prompt Vault" }).click();
  await page.getByRole("searchbox").fill(Math.random() < 0.5 ? any(SEARCHES) : "");
  await pause(page);
  const cards = await page.getByRole("article").all();
  if (cards.length) await any(cards).getByRole("link").click();
}

async function use(page: Page) {
  const names = ["Copy", "Copy", "Copy with front matter", "Copy as JSON"];
  const button = page.getByRole("button", { name: any(names), exact: true });
  if (!(await button.isVisible())) return;
  await button.click();
  await pause(page);
  if (!(await rating(page).isVisible())) return;
  if (Math.random() < 0.3) {
    await rating(page).getByRole("button", { name: "Dismiss" }).click();
    return;
  }
  const stars = any([2, 3, 4, 4, 5, 5, 5]);
  await rating(page)
    .getByRole("radio")
    .nth(stars - 1)
    .check({ force: true });
  await rating(page).getByRole("button", { name: "Send" }).click();
}

async function change(page: Page) {
  const model = page.getByLabel("Model");
  if (await model.isVisible()) await model.selectOption(any(["gpt-4o", "claude-sonnet-4"]));
}

async function visit(browser: Browser, name: string, end: number) {
  const { page, context } = await signIn(browser, { urls: { vault: VAULT } }, name);
  page.setDefaultTimeout(5_000);
  while (Date.now() < end) {
    await browse(page);
    await pause(page);
    await use(page);
    if (Math.random() < 0.2) await change(page);
    process.stdout.write(".");
  }
  await context.close();
}

const browser = await launch();
console.log(`using ${VAULT} for ${SECONDS} s`);
const end = Date.now() + SECONDS * 1000;
await Promise.all(["ada", "grace"].map((name) => visit(browser, name, end)));
await browser.close();
console.log(" done");
