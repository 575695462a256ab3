// SPDX-License-Identifier: Apache-2.0

/** Return the time in whole milliseconds since 1970, whatever a page has made of `Date.now`. */
// biome-ignore lint/complexity/useDateNow: libraries replace it, with fractions or what throws
export const now = (): number => +new Date();
