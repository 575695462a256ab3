// SPDX-License-Identifier: Apache-2.0
// Opens the dashboard with an empty cache a few times, and prints when what was there, in ms.
// node dashboard.mjs URL TOKEN TIMES

import { chromium } from "playwright-core";

const [url, token, times] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});

/** Notes when the first figures stand there, and when the last panel is no longer busy. */
function watch() {
  window.seen = {};
  const look = () => {
    const panels = document.getElementById("panels");
    if (!panels?.childElementCount) {
      return;
    }
    if (document.querySelector("#summary dd")) {
      window.seen.figures ??= performance.now();
    }
    if (!document.querySelector('[aria-busy="true"]')) {
      window.seen.all ??= performance.now();
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}

async function visit() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addCookies([{ name: "telesift_dashboard", value: token, url }]);
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(url);
  await page.waitForFunction(() => window.seen.all);
  const seen = await page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
    ...window.seen,
    requests: performance.getEntriesByType("resource").length,
  }));
  await context.close();
  return seen;
}

const visits = [];
for (let at = 0; at < Number(times); at++) {
  visits.push(await visit());
}
await browser.close();
console.log(JSON.stringify(visits));
