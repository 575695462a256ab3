// SPDX-License-Identifier: Apache-2.0

import { IDLE_PATIENCE_MS } from "../limits.js";

/** Run `work` when the page has nothing better to do. */
export function whenIdle(work: () => void): void {
  // Safari has no requestIdleCallback: a timer, to which these options mean no delay.
  // https://bugs.webkit.org/show_bug.cgi?id=164193
  (window.requestIdleCallback ?? setTimeout)(work, { timeout: IDLE_PATIENCE_MS } as never);
}
