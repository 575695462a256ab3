// SPDX-License-Identifier: Apache-2.0

import puppeteer from "puppeteer-core";
import type { Engine } from "./engine.js";

/** Firefox, by WebDriver BiDi; FIREFOX names one that is not Debian's. */
export async function startFirefox(): Promise<Engine> {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    headless: true,
  });
  return {
    stop: () => browser.close(),
    async newTab() {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.setViewport({ width: 800, height: 600 });
      return {
        goto: async (url) => void (await page.goto(url)),
        run: (work, ...args) =>
          page.evaluate(`(${work})(...${JSON.stringify(args)})`) as Promise<never>,
        click: (selector) => page.locator(selector).click(),
        press: (key) => page.keyboard.press(key === "Space" ? " " : key),
        type: (text) => page.keyboard.type(text),
        screenshot: () => page.screenshot({ encoding: "base64" }),
        close: () => page.close(),
      };
    },
  };
}
