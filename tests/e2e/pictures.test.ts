// SPDX-License-Identifier: Apache-2.0
// The pages look as they did when somebody last looked: docs/images has the pictures, which are
// those of docs/getting-started.md, too. `npm run pictures` takes new ones; look at them.
import { mkdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { difference, textWidth } from "./images";
import { Stack } from "./stack";
import { copy, create, launch, rating, signIn, visit } from "./visitor";

const KEPT = join(import.meta.dirname, "../../docs/images");
const KEEP = process.env.KEEP_PICTURES === "true";
const FOLDER = KEEP ? KEPT : join(tmpdir(), `telesift-pictures-${process.pid}`);

/** Of all pixels: letters are drawn a little differently by each release of Chromium. */
const TOLERANCE = 0.01;
/** In DejaVu Sans. With another font every line of text breaks elsewhere. */
const KEPT_TEXT_WIDTH = 1_757_471;

const LOOKS = [
  { name: "light", colorScheme: "light", viewport: { width: 1200, height: 800 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1200, height: 800 } },
  { name: "narrow", colorScheme: "light", viewport: { width: 360, height: 740 } },
] as const;

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([
    Stack.start(),
    launch(),
    mkdir(FOLDER, { recursive: true }),
  ]);
});

afterAll(async () => {
  await browser.close();
  await stack.stop();
});

for (const { name, ...options } of LOOKS) {
  test(`the pages look as they did: ${name}`, async (context) => {
    const taken: string[] = [];
    const shoot = async (page: Page, what: string) => {
      const path = join(FOLDER, `${what}-${name}.png`);
      // The notice comes and goes by itself.
      await page.screenshot({ path, animations: "disabled", style: ".notice { opacity: 0 }" });
      taken.push(`${what}-${name}.png`);
    };
    await tour({ ...options, bypassCSP: true }, shoot); // For the style of ours above.
    const page = await browser.newPage();
    if ((await textWidth(page)) !== KEPT_TEXT_WIDTH) context.skip("this machine has other fonts");
    const differences: [string, number][] = [];
    for (const file of taken) {
      const [kept, now] = await Promise.all([KEPT, FOLDER].map((at) => readFile(join(at, file))));
      differences.push([file, await difference(page, kept as Buffer, now as Buffer)]);
    }
    await page.close();
    expect(
      differences.filter(([, share]) => share > TOLERANCE),
      FOLDER,
    ).toEqual([]);
  });
}

/** Visit each page, in the states that people see it in. */
async function tour(options: object, shoot: (page: Page, what: string) => Promise<void>) {
  const stranger = await visit(browser, stack, options);
  await stranger.page.getByRole("button", { name: "Sign in" }).waitFor();
  await shoot(stranger.page, "sign-in");
  await stranger.context.close();

  const { page, context } = await signIn(browser, stack, "ada", options);
  await shoot(page, "vault");
  await page.getByRole("link", { name: "New prompt" }).click();
  await shoot(page, "editor");
  await page.getByRole("link", { name: "Import and export" }).click();
  await shoot(page, "transfer");
  await create(page, "Rename a variable", "Suggest three names for {{variable}}.", "naming");
  await page.getByRole("button", { name: "Share by link" }).click();
  const link = page.getByLabel("Share link");
  const address = await link.inputValue();
  const hideAddress = () =>
    link.evaluate((input: HTMLInputElement) => {
      input.value = "http://127.0.0.1:8000/s/Jm4fQ2vXw8ZkT1rB";
    });
  await hideAddress();
  await shoot(page, "prompt");
  await copy(page);
  await rating(page).waitFor();
  await rating(page).getByRole("radio").nth(3).check({ force: true });
  await hideAddress();
  await shoot(page, "rating");
  await page.goto(address);
  await shoot(page, "shared");
  await page.evaluate(() => history.back()); // Out of the bfcache, which fires no load event.
  await page.getByRole("heading", { name: "Rename a variable" }).waitFor();
  await page.getByRole("button", { name: "Delete" }).click(); // The next look begins as this one did.
  await page.getByText("prompts").first().waitFor();
  await context.close();
}
