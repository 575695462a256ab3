// SPDX-License-Identifier: Apache-2.0

/** A tab of a browser, whatever drives it. */
export interface Tab {
  goto(url: string): Promise<void>;
  /** Run a function in the page; it and what it takes and returns travel as text. */
  run<Args extends unknown[], Result>(
    work: (...args: Args) => Result,
    ...args: Args
  ): Promise<Awaited<Result>>;
  /** Click at the middle of the first element that matches. */
  click(selector: string): Promise<void>;
  press(key: "Tab" | "Space" | "ArrowRight" | "Escape"): Promise<void>;
  type(text: string): Promise<void>;
  /** What the window shows, as a PNG in base64. */
  screenshot(): Promise<string>;
  close(): Promise<void>;
}

/** A browser. */
export interface Engine {
  newTab(): Promise<Tab>;
  stop(): Promise<void>;
}

/** Run something in a page until it returns something. */
export async function until<Args extends unknown[], Result>(
  tab: Tab,
  work: (...args: Args) => Result,
  ...args: Args
): Promise<Awaited<Result>> {
  for (;;) {
    const result = await tab.run(work, ...args);
    if (result) return result;
    await new Promise((done) => setTimeout(done, 20));
  }
}
