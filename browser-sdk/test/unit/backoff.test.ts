// SPDX-License-Identifier: Apache-2.0

import { afterEach, expect, test, vi } from "vitest";
import { backoff } from "../../src/core/backoff.js";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const after = (value: string) => new Headers({ "retry-after": value });

test.each([
  [1, 500, 1_000],
  [2, 1_000, 2_000],
  [3, 2_000, 4_000],
  [7, 30_000, 60_000],
  [500, 30_000, 60_000],
])("after %i failures the wait is between %i and %i ms", (failures, least, most) => {
  vi.spyOn(Math, "random").mockReturnValueOnce(0).mockReturnValueOnce(1);
  expect([backoff(failures, undefined), backoff(failures, undefined)]).toEqual([least, most]);
});

test("a server's seconds are honoured", () => {
  expect(backoff(1, after("7"))).toBe(7_000);
});

test("a server's date is honoured", () => {
  vi.useFakeTimers({ now: Date.parse("2026-11-23T10:00:00Z") });
  expect(backoff(1, after("Mon, 23 Nov 2026 10:00:30 GMT"))).toBe(30_000);
});

test("a server may ask for an hour at most: longer timers overflow", () => {
  expect(backoff(1, after("999999999999"))).toBe(3_600_000);
});

test.each(["", "0", "-5", "soon", "Mon, 23 Nov 1970 10:00:00 GMT"])(
  "a Retry-After of '%s' leaves it at the back-off",
  (value) => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    expect(backoff(1, after(value))).toBe(1_000);
  },
);
