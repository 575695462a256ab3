// SPDX-License-Identifier: Apache-2.0

const PARTS = /(.{8})(.{4}).(...)(...)(.{12}).*/;

/** Return a UUID of version 7 (RFC 9562): sorted by `time`, in milliseconds, and random otherwise. */
export function uid(time: number): string {
  // Not crypto.randomUUID: it is missing where the page is not served over https.
  const random = crypto.getRandomValues(new BigUint64Array(2));
  let hex = time.toString(16).padStart(12, "0");
  // The highest bit is set, so that there are sixteen digits; the first of them is left out.
  for (const bits of random) hex += (bits | (1n << 63n)).toString(16);
  // After the version the variant, of which "a" is one of four spellings.
  return hex.replace(PARTS, "$1-$2-7$3-a$4-$5");
}
