// SPDX-License-Identifier: Apache-2.0
// @telesift/browser/debug: in production, the words that development builds have of themselves.

import { explain } from "./core/explain.js";
import { state } from "./core/state.js";

/** Log why requests or some of their events fail, as development builds do. */
export function debug(): void {
  state.explain = explain;
}
