// SPDX-License-Identifier: Apache-2.0
// Takes the dashboard's pictures: node pictures.mjs URL FOLDER

import { join } from "node:path";
import { chromium } from "playwright-core";

const [url, folder] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
for (const colorScheme of ["light", "dark"]) {
  const context = await browser.newContext({ colorScheme, viewport: { width: 1200, height: 1150 } });
  await context.addCookies([{ name: "telesift_dashboard", value: "analyst-token", url }]);
  const page = await context.newPage();
  await page.goto(url);
  await page.locator("#summary dd").first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  await page.screenshot({ path: join(folder, `dashboard-${colorScheme}.png`), animations: "disabled" });
  await context.close();
}
await browser.close();
