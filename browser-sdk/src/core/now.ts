// SPDX-License-Identifier: Apache-2.0

/** Return the time in whole milliseconds since 1970, whatever a page has made of `Date.now`. */
export function now(): number {
  try {
    return Math.floor(Date.now());
  } catch {
    // biome-ignore lint/complexity/useDateNow: it is what throws; a Date costs twice as much
    return +new Date();
  }
}
