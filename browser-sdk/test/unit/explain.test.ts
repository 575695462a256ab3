// SPDX-License-Identifier: Apache-2.0

import { afterEach, expect, test, vi } from "vitest";
import { diagnose, explain } from "../../src/core/explain.js";
import { PAGE_LEFT, TIMED_OUT, UNREACHABLE } from "../../src/core/transport.js";

afterEach(() => vi.restoreAllMocks());

const headers = new Headers();

test.each([
  [
    "rejected events",
    { status: 200, body: { partialSuccess: { errorMessage: "#1 attribute_value" } } },
    "#1 attribute_value",
  ],
  ["a rejected request", { status: 400, body: '{"message":"no records"}' }, "no records"],
  ["no credentials", { status: 401 }, "`headers`"],
  ["a refusal", { status: 403, body: '{"code":"feature_disabled"}' }, "feature_disabled"],
  ["a wrong endpoint", { status: 404 }, "does not exist there (404)"],
  ["a page in place of JSON", { status: UNREACHABLE, body: new SyntaxError() }, "not JSON"],
  ["a redirect", { status: UNREACHABLE, headers }, "redirects"],
  [
    "a policy or a blocker",
    { status: UNREACHABLE, body: new TypeError("Failed to fetch") },
    "connect-src",
  ],
  ["a server that hangs", { status: TIMED_OUT }, "in time"],
  ["an outage", { status: 503, body: "<html>" }, "503"],
])("%s is explained", (_, answer, words) => {
  expect(diagnose(answer, "/v1/logs")).toContain(words);
});

test.each([
  ["a success", { status: 200, body: {} }],
  ["a page that was left", { status: PAGE_LEFT }],
])("%s needs no explanation", (_, answer) => {
  expect(diagnose(answer, "/v1/logs")).toBeUndefined();
});

test("each reason is said once", () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  for (let times = 0; times < 3; times++) explain({ status: 404 }, { endpoint: "/once" });
  expect(warn).toHaveBeenCalledOnce();
});
