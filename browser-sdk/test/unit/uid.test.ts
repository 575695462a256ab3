// SPDX-License-Identifier: Apache-2.0

import { expect, test } from "vitest";
import { uid } from "../../src/core/uid.js";

const NOW = 1_795_427_123_456;

test("an id is a UUID of version 7", () => {
  expect(uid(NOW)).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test("an id holds its time", () => {
  expect(Number.parseInt(uid(NOW).replace("-", "").slice(0, 12), 16)).toBe(NOW);
});

test("a clock that is set to 1970 gives an id of full length", () => {
  expect(uid(1)).toHaveLength(36);
});

test("ten thousand ids of one moment are ten thousand ids", () => {
  expect(new Set(Array.from({ length: 10_000 }, () => uid(NOW))).size).toBe(10_000);
});
