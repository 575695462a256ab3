// SPDX-License-Identifier: Apache-2.0

/** Whether the page is there. */
export interface Page {
  /** It may be gone for good, or come back from the back/forward cache. */
  left: boolean;
  /** Hidden or left: what is not sent at once may never be. */
  away: boolean;
}

/** Call `onChange` when the page is hidden, left or seen again, until the signal is aborted. */
export function watchPage(onChange: () => void, signal: AbortSignal): Page {
  const page: Page = { left: false, away: document.hidden };
  const change = ({ type }: Event) => {
    const { hidden } = document;
    page.left = type === "pagehide" || (page.left && hidden);
    page.away = page.left || hidden;
    onChange();
  };
  // `visibilitychange` is the last event that phones always give.
  // Never `unload`: it keeps pages out of the back/forward cache. https://web.dev/articles/bfcache
  for (const type of ["visibilitychange", "pagehide", "pageshow"]) {
    // On the window, so that the document's own listeners, which may track something, come first.
    addEventListener(type, change, { signal });
  }
  return page;
}
