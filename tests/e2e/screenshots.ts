// SPDX-License-Identifier: Apache-2.0
// Takes the pictures of docs/getting-started.md: npm run screenshots --workspace @telesift/e2e
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { Stack } from "./stack";
import { copy, create, launch, rating, signIn, visit } from "./visitor";

const FOLDER = process.argv[2] ?? join(import.meta.dirname, "../../docs/images");
const LOOKS = [
  { name: "light", colorScheme: "light", viewport: { width: 1200, height: 800 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1200, height: 800 } },
  { name: "narrow", colorScheme: "light", viewport: { width: 360, height: 740 } },
] as const;

async function pictures(browser: Browser, stack: Stack) {
  for (const { name, ...options } of LOOKS) {
    const shot = (page: Page, what: string) =>
      page.screenshot({ path: join(FOLDER, `${what}-${name}.png`), animations: "disabled" });
    const stranger = await visit(browser, stack, options);
    await stranger.page.getByRole("button", { name: "Sign in" }).waitFor();
    await shot(stranger.page, "sign-in");
    await stranger.context.close();

    const { page, context } = await signIn(browser, stack, "ada", options);
    await shot(page, "vault");
    await page.getByRole("link", { name: "New prompt" }).click();
    await shot(page, "editor");
    await page.getByRole("link", { name: "Import and export" }).click();
    await shot(page, "transfer");
    await create(page, "Rename a variable", "Suggest three names for {{variable}}.", "naming");
    await page.getByRole("button", { name: "Share by link" }).click();
    await page.getByLabel("Share link").waitFor();
    await shot(page, "prompt");
    await copy(page);
    await rating(page).waitFor();
    await rating(page).getByRole("radio").nth(3).check({ force: true });
    await page.waitForTimeout(300);
    await shot(page, "rating");
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Open" }).click();
    await shot(page, "shared");
    await page.evaluate(() => history.back()); // Out of the bfcache, which fires no load event.
    await page.getByRole("heading", { name: "Rename a variable" }).waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await context.close();
  }
}

await mkdir(FOLDER, { recursive: true });
const [stack, browser] = await Promise.all([Stack.start(), launch()]);
try {
  await pictures(browser, stack);
} finally {
  await browser.close();
  await stack.stop();
}
