// SPDX-License-Identifier: Apache-2.0

import { normaliseQuery } from "./query.js";
import { sha256 } from "./sha256.js";

/** What a filter can be set to. */
export type FilterValue = string | number | boolean | null | undefined;

/** A search's filters by name; a list is a set of values. */
export type Filters = Readonly<Record<string, FilterValue | readonly FilterValue[]>>;

/**
 * Hash a search's filters: SHA-256 of their canonical JSON, as 64 lowercase hex digits.
 *
 * Alike for selections that differ in order, repetition, spelling or filters left empty only.
 * Rejects for values that Python and JavaScript write differently (fractions, integers past
 * 2^53 - 1), for objects and nested lists, and where the browser has no Web Crypto.
 */
export async function hashFilters(filters: Filters): Promise<string> {
  return sha256(canonicalFilters(filters));
}

/** Write filters as JSON after RFC 8785: sorted, strings normalised, empty ones left out. */
export function canonicalFilters(filters: Filters): string {
  const members = Object.keys(filters)
    .sort() // By UTF-16 code unit, as the RFC says.
    .map((key) => [name(key), canonical(filters[key])])
    .filter(([, json]) => json);
  return `{${members.map((member) => member.join(":")).join()}}`;
}

function name(key: string): string {
  if (/\p{Surrogate}/u.test(key)) throw new RangeError("a filter's name is well-formed");
  return JSON.stringify(key);
}

function canonical(value: FilterValue | readonly FilterValue[]): string {
  if (!Array.isArray(value)) return scalar(value);
  const items = [...new Set(value.map(scalar))].filter(Boolean).sort();
  return items.length ? `[${items.join()}]` : "";
}

function scalar(value: unknown): string {
  if (value == null) return "";
  if (typeof value === "string") {
    const text = normaliseQuery(value);
    return text && JSON.stringify(text);
  }
  if (typeof value === "boolean" || Number.isSafeInteger(value)) return JSON.stringify(value);
  throw new RangeError("a filter is a string, a boolean, a safe integer, or a list of these");
}
