// SPDX-License-Identifier: Apache-2.0

import type { Page } from "playwright-core";
import type * as Config from "../../src/config.js";
import type * as Consent from "../../src/consent.js";
import type * as Debug from "../../src/debug.js";
import type * as Sdk from "../../src/index.js";

declare global {
  interface Window {
    sdk: typeof Sdk & typeof Consent & typeof Config & typeof Debug;
    client: Sdk.Client;
    /** Track `count` events whose `result_count` says which one it is. */
    trackMany(count: number, first?: number): void;
  }
}

type Options = Omit<Sdk.InitOptions, "headers">;

/** Open the test page and wait for the SDK. */
export async function open(page: Page, origin: string, query = ""): Promise<Page> {
  await page.goto(`${origin}/page.html?${query}`);
  await page.waitForFunction(() => window.sdk);
  await page.evaluate(() => {
    window.trackMany = (count, first = 0) => {
      for (let index = first; index < first + count; index++) {
        window.sdk.track("vault.filtered_collection", { result_count: index });
      }
    };
  });
  return page;
}

/** Open the test page and start the SDK on it. */
export async function start(
  page: Page,
  origin: string,
  options: Options = {},
  query = "",
): Promise<Page> {
  await open(page, origin, query);
  await page.evaluate((given) => {
    window.client = window.sdk.init(given);
  }, options);
  return page;
}

/** Track `count` events, numbered from `first`. */
export function trackMany(page: Page, count: number, first = 0): Promise<void> {
  return page.evaluate(([n, start]) => window.trackMany(n, start), [count, first] as const);
}

/** Where the page's events are. */
export function stats(page: Page): Promise<Sdk.Stats> {
  return page.evaluate(() => window.client.stats());
}
