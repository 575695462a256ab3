// SPDX-License-Identifier: Apache-2.0
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** Start the installed Chromium; CHROMIUM names another one. */
export function launch(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
    // Playwright turns the back/forward cache off, which is where much of leaving happens.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
}

/** A signed-in person with a browser of their own. */
export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** What the console complained of. */
  complaints: string[];
}

/** Where the vault is. */
interface Place {
  urls: { vault: string };
}

type Options = NonNullable<Parameters<Browser["newContext"]>[0]>;

/** Open the vault as a stranger. */
export async function visit(browser: Browser, place: Place, options: Options = {}) {
  const context = await browser.newContext({ baseURL: place.urls.vault, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => dialog.accept());
  await page.goto("/");
  return { context, page, complaints } satisfies Visitor;
}

/** Open the vault, and sign in by the demo user's button. */
export async function signIn(
  browser: Browser,
  place: Place,
  name = "ada",
  options: Options = {},
): Promise<Visitor> {
  const visitor = await visit(browser, place, options);
  await visitor.page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
  await visitor.page.getByRole("status").filter({ hasText: "prompts" }).waitFor();
  visitor.complaints.length = 0; // Chromium reports the 401 that told the page to ask who is there.
  return visitor;
}

/** Create a prompt by the form, and stay on its page. */
export async function create(page: Page, title: string, body = "Say {{what}}.", tags = "") {
  await page.getByRole("link", { name: "New prompt" }).click();
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Prompt", { exact: true }).fill(body);
  await page.getByLabel("Tags").fill(tags);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: title, level: 1 }).waitFor();
  return page.url().split("/").pop() as string;
}

/** Press Copy on a prompt's own page. */
export async function copy(page: Page) {
  const copied = page.waitForResponse((answer) => answer.url().includes("/copy?"));
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  return copied;
}

/** The rating prompt. */
export const rating = (page: Page) => page.getByRole("form", { name: /How well did this prompt/ });
