// SPDX-License-Identifier: Apache-2.0
// Uses the dashboard where a proxy serves it, and prints what it saw as JSON.
// node prefix.mjs URL

import { chromium } from "playwright-core";

const [url] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
const seen = { missing: [] };
const context = await browser.newContext();
const page = await context.newPage();
page.on("response", (answer) => {
  if (answer.status() === 404) {
    seen.missing.push(new URL(answer.url()).pathname);
  }
});
const address = () => page.url().slice(new URL(url).origin.length);
const drawn = () =>
  page.waitForFunction(() => document.querySelector("#summary dd") && !document.querySelector('[aria-busy="true"]'));

await page.goto(url);
await page.locator("#sign-in [name=token]").fill("analyst-token");
await page.locator("#sign-in button").click();
await drawn();
seen.cookies = (await context.cookies()).map(({ name, path }) => [name, path]);
seen.canvases = await page.locator("#ratings canvas").count();
await page.locator("#filters [name=version]").fill("v1");
await page.locator("#filters button").first().click();
await drawn();
seen.filtered = address().replace(/from=[^&]*&to=[^&]*&/, "");
await page.locator("#clear").click();
await drawn();
seen.cleared = address();
await page.locator("#prompts summary").press("Enter");
const download = page.waitForEvent("download");
await page.locator("#prompts a[download]").click();
seen.csv = (await download).url().slice(new URL(url).origin.length).split("?")[0];
await page.locator("#prompts tbody a").first().click();
await drawn();
seen.followed = address().split("=")[0];
await page.locator("#sign-out").click();
await page.locator("#sign-in").waitFor();
seen.left = (await context.cookies()).length;
await browser.close();
console.log(JSON.stringify(seen));
