// SPDX-License-Identifier: Apache-2.0

import { type Browser, chromium } from "playwright-core";

/** Start the installed Chromium; CHROMIUM names another one. */
export function launch(): Promise<Browser> {
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
    ],
    // Playwright turns the back/forward cache off, which is where much of unloading happens.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
}
