// SPDX-License-Identifier: Apache-2.0
// Looks at the dashboard as a person does, and prints what it saw as JSON.
// node browser.mjs URL [FOLDER FOR PICTURES]

import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [url, pictures] = process.argv.slice(2);
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const seen = { requests: [], complaints: [] };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});

async function open(path, options = {}, token = "analyst-token") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  if (token) {
    await context.addCookies([{ name: "telesift_dashboard", value: token, url }]);
  }
  const page = await context.newPage();
  page.on("request", (request) => seen.requests.push(new URL(request.url()).origin));
  page.on("pageerror", (error) => seen.complaints.push(error.message));
  page.on("console", (message) => {
    if (/Content.Security.Policy/.test(message.text())) {
      seen.complaints.push(message.text());
    }
  });
  await page.goto(url + path);
  await settled(page);
  return page;
}

const settled = (page) =>
  page.waitForFunction(
    () =>
      !document.getElementById("gate").hidden ||
      (document.getElementById("panels").childElementCount > 0 && !document.querySelector('[aria-busy="true"]')),
  );

const tiles = (page, panel) => page.locator(`#${panel} dd`).allInnerTexts();
const cells = (page, panel) =>
  page.locator(`#${panel} tbody tr`).evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
const form = (page) => page.evaluate(() => Object.fromEntries(new FormData(document.getElementById("filters"))));

async function violations(page) {
  await page.addScriptTag({ path: AXE });
  const { violations: found } = await page.evaluate(() => axe.run());
  return found.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

async function picture(page, name) {
  if (pictures) {
    await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  }
}

// The whole page, and its way through filters and back.
let page = await open("/");
seen.summary = await tiles(page, "summary");
seen.balance = await tiles(page, "balance");
seen.prompts = await cells(page, "prompts");
seen.distribution = await cells(page, "distribution");
seen.latencies = await cells(page, "latencies");
seen.charts = await page.locator("#ratings canvas, #responses canvas, #events canvas").count();
await page.locator("#events summary").first().press("Enter");
await page.locator("#events tbody tr").first().waitFor(); // made when its toggle event arrives
seen.eventsTable = await cells(page, "events");
await page.locator("#prompts summary").press("Enter");
seen.sql = await page.locator("#prompts pre").innerText();
const download = page.waitForEvent("download");
await page.locator("#prompts a[download]").click();
seen.csv = (await download).suggestedFilename();
await page.locator("#filters [name=version]").fill("v1");
await page.locator("#filters [name=source]").selectOption("copy");
await page.locator("#filters button").first().click();
await settled(page);
seen.filtered = { address: new URL(page.url()).search, form: await form(page), summary: await tiles(page, "summary") };
await page.reload();
await settled(page);
seen.reloaded = { form: await form(page), summary: await tiles(page, "summary") };
await page.goBack();
await settled(page);
seen.back = { form: await form(page), summary: await tiles(page, "summary") };
await page.locator("#prompts tbody a").first().click();
await settled(page);
seen.followed = new URL(page.url()).search;

// A long table, of which the top is drawn until somebody wants the rest.
await page.evaluate(async () => {
  const { table } = await import("/static/tables.js");
  const rows = Array.from({ length: 60 }, (_, at) => `row ${at}`);
  const made = table("Long", [{ label: "row", name: true, cell: (row) => row }], rows);
  document.body.append(Object.assign(made, { id: "long" }));
});
const drawn = () => page.locator("#long tbody tr").count();
seen.long = [await drawn()];
await page.getByRole("button", { name: "Show all 60" }).press("Enter");
seen.long.push(await drawn(), await page.evaluate(() => document.activeElement.ariaLabel));

// What is there when nothing is there, or something is wrong.
page = await open("/?from=2020-01-01&to=2020-01-02");
seen.empty = await page.locator("#ratings .state").innerText();
page = await open("/?from=2024-01-01");
seen.wrong = await page.locator("#gate-text").innerText();
seen.wrongForm = await page.locator("#filters").isVisible();
page = await open("/", {}, "user-token");
seen.forbidden = await page.locator("#gate").innerText();
seen.forbiddenForm = await page.locator("#filters").isVisible();
seen.forbiddenPanels = await page.locator("#panels").isVisible();

// Signing in and out.
page = await open("/", {}, null);
await page.locator("#sign-in [name=token]").fill("nobody");
await page.locator("#sign-in button").click();
await page.locator("#sign-in-error:not(:empty)").waitFor();
await page.locator("#sign-in [name=token]").fill("analyst-token");
await page.keyboard.press("Enter");
await page.locator("#summary dd").first().waitFor();
seen.signedIn = await tiles(page, "summary");
seen.cookieForScripts = await page.evaluate(() => document.cookie);
await page.locator("#sign-out").click();
await page.locator("#gate").waitFor();
seen.signedOut = await page.locator("#gate-title").innerText();

// Both themes, a phone; axe on each, and on the gate. Axe needs a script of its own let in.
seen.violations = [];
const looks = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { colorScheme: "light", viewport: { width: 360, height: 740 } },
  "phone-dark": { colorScheme: "dark", viewport: { width: 360, height: 740 } },
};
seen.overflow = {};
for (const [name, options] of Object.entries(looks)) {
  page = await open("/", { ...options, bypassCSP: true });
  seen.overflow[name] = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await picture(page, name);
  for (const summary of await page.locator("summary").all()) {
    await summary.click();
  }
  seen.violations.push(...(await violations(page)));
}
page = await open("/", { bypassCSP: true }, null);
seen.violations.push(...(await violations(page)));
await picture(page, "sign-in");

await browser.close();
console.log(JSON.stringify(seen));
