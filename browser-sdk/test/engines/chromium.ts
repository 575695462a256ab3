// SPDX-License-Identifier: Apache-2.0

import { launch } from "../chromium/chromium.js";
import type { Engine } from "./engine.js";

/** Chromium, by its own protocol. */
export async function startChromium(): Promise<Engine> {
  const browser = await launch();
  return {
    stop: () => browser.close(),
    async newTab() {
      const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
      const page = await context.newPage();
      return {
        goto: async (url) => void (await page.goto(url)),
        run: (work, ...args) =>
          page.evaluate(`(${work})(...${JSON.stringify(args)})`) as Promise<never>,
        click: (selector) => page.locator(selector).first().click(),
        press: (key) => page.keyboard.press(key),
        type: (text) => page.keyboard.type(text),
        screenshot: async () => (await page.screenshot()).toString("base64"),
        close: () => page.close(),
      };
    },
  };
}
