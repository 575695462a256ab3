// SPDX-License-Identifier: Apache-2.0

/** The page's coming and going. */
export interface Page {
  /** Another value each time the page comes back; none while it is left. */
  visit: object | undefined;
  /** Stop listening. */
  forget(): void;
}

/**
 * Call `onExit` when the page may end without a further word, and `onReturn` when it is back
 * from the back/forward cache.
 */
export function watchPage(onExit: () => void, onReturn: () => void): Page {
  const listening = new AbortController();
  const page: Page = { visit: {}, forget: () => listening.abort() };

  // On the window, so that the document's own listeners, which may track something, come first.
  function listen(type: string, listener: () => void) {
    addEventListener(type, listener, { signal: listening.signal });
  }
  // The last event that phones always give.
  listen("visibilitychange", () => {
    if (document.hidden) onExit();
  });
  // Never `unload`: it keeps pages out of the back/forward cache. https://web.dev/articles/bfcache
  listen("pagehide", () => {
    onExit();
    page.visit = undefined;
  });
  listen("pageshow", () => {
    page.visit ??= {};
    onReturn();
  });
  return page;
}
