// SPDX-License-Identifier: Apache-2.0

import { BACKOFF_LONGEST_MS, BACKOFF_MS, RETRY_AFTER_LONGEST_MS } from "../limits.js";
import { now } from "./now.js";

/** Return how many milliseconds to wait after `failures` in a row: as the server asks, or longer. */
export function backoff(failures: number, headers: Headers | undefined): number {
  const least = Math.min(BACKOFF_MS * 2 ** failures, BACKOFF_LONGEST_MS);
  const ours = least * (1 + Math.random()); // The random half keeps pages apart.
  const value = headers?.get("retry-after") as string; // Seconds, or a date, or null.
  const theirs = +value * 1_000 || Date.parse(value) - now() || 0;
  return Math.min(Math.max(ours, theirs), RETRY_AFTER_LONGEST_MS);
}
