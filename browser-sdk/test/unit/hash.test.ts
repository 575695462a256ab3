// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { canonicalFilters, type Filters, hashFilters } from "../../src/hash/filters.js";
import { hashQuery, normaliseQuery } from "../../src/hash/query.js";

interface Vectors {
  queries: { why: string; text: string; normalised: string; hash: string }[];
  filters: { why: string; filters: Filters; canonical: string; hash: string }[];
  refused: { why: string; filters: Filters }[];
}

// The same file that service_kit.hashing is tested with.
const file = new URL("../../../tests/vectors/hashing.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(file, "utf8"));

describe("a query hashes as in Python", () => {
  test.each(vectors.queries)("$why", async ({ text, normalised, hash }) => {
    expect(normaliseQuery(text)).toBe(normalised);
    expect(await hashQuery(text)).toBe(hash);
  });
});

describe("filters hash as in Python", () => {
  test.each(vectors.filters)("$why", async ({ filters, canonical, hash }) => {
    expect(canonicalFilters(filters)).toBe(canonical);
    expect(await hashFilters(filters)).toBe(hash);
  });
});

describe("filters are refused as in Python", () => {
  test.each(vectors.refused)("$why", async ({ filters }) => {
    await expect(hashFilters(filters)).rejects.toThrow(RangeError);
  });
});

test("a page without https is told so in words", async () => {
  vi.stubGlobal("crypto", {});
  await expect(hashQuery("law")).rejects.toThrow("https");
  vi.unstubAllGlobals();
});
