// SPDX-License-Identifier: Apache-2.0

import { sha256 } from "./sha256.js";

/**
 * Hash a search text: SHA-256 of its normal form, as 64 lowercase hex digits.
 *
 * Spellings that a person would call equal hash alike, here and in Python (`service_kit.hashing`).
 * Rejects where the browser has no Web Crypto: on pages not served over https.
 */
export function hashQuery(text: string): Promise<string> {
  return sha256(normaliseQuery(text));
}

/** Well-formed, NFKC, lower case without final sigma, NFKC, single spaces, none at the ends. */
export function normaliseQuery(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .normalize("NFKC")
    .toLowerCase() // Not toLocaleLowerCase: a Turkish page has to give the same hash.
    .replace(/ς/g, "σ")
    .normalize("NFKC")
    .replace(/\s+/g, " ")
    .trim();
}
