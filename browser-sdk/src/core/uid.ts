// SPDX-License-Identifier: Apache-2.0

// One call for many ids: getRandomValues costs more than all the rest.
// Not crypto.randomUUID: it is missing where the page is not served over https.
const pool = /* @__PURE__ */ new Uint16Array(500);
let next = 0;

/** Return a UUID of version 7 (RFC 9562): sorted by `time`, in milliseconds, and random otherwise. */
export function uid(time: number): string {
  const hex = time.toString(16).padStart(12, "0");
  // After the version 7 and the variant, of which "a" is one of four spellings.
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${word(3)}-a${word(3)}-${word(4)}${word(4)}${word(4)}`;
}

/** Return so many random hex digits, four at most. */
function word(digits: number): string {
  if (!next) next = crypto.getRandomValues(pool).length;
  return (0x10000 + (pool[--next] as number)).toString(16).slice(-digits);
}
