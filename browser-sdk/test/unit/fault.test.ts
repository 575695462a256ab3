// SPDX-License-Identifier: Apache-2.0

import { afterEach, expect, test, vi } from "vitest";
import { capture } from "../../src/core/event.js";
import { findFault } from "../../src/core/fault.js";

const PROMPT = "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11";
const COPIED = { prompt_id: PROMPT, variant: "body", source: "card" };

afterEach(() => {
  vi.restoreAllMocks();
  Object.assign(globalThis, { __DEV__: false });
});

test.each([
  ["prompt_copied", COPIED],
  ["prompt_copied", { ...COPIED, latency_ms: 42, session_id: undefined }],
  ["auth.logout", {}],
])("%s with %j is in order", (event, props) => {
  expect(findFault(event, props)).toBeUndefined();
});

test.each([
  ["prompt.copied", {}, "is not in the catalog"],
  ["toString", {}, "is not in the catalog"],
  ["prompt_copied", { prompt_id: PROMPT, variant: "body" }, "lacks source"],
  ["prompt_copied", { ...COPIED, title: "x" }, "may not carry title"],
  ["prompt_copied", { ...COPIED, toString: "x" }, "may not carry toString"],
  ["prompt_copied", { ...COPIED, variant: "all" }, "has a variant that is not one of body,"],
  [
    "prompt_copied",
    { ...COPIED, prompt_id: "7" },
    "has a prompt_id that is not a string of the form",
  ],
  [
    "prompt_copied",
    { ...COPIED, latency_ms: 0.5 },
    "has a latency_ms that is not an integer from 0",
  ],
  [
    "prompt_copied",
    { ...COPIED, latency_ms: -1 },
    "has a latency_ms that is not an integer from 0",
  ],
  [
    "prompt_copied",
    { ...COPIED, latency_ms: "1" },
    "has a latency_ms that is not an integer from 0",
  ],
])("%s with %j is at fault", (event, props, fault) => {
  expect(findFault(event, props)).toContain(fault);
});

test("development says in the console what the server will reject, without the value", () => {
  Object.assign(globalThis, { __DEV__: true });
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  capture("prompt_copied", { ...COPIED, variant: "s3cret" });
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.lastCall?.[0]).toMatch(/^\[telesift\] prompt_copied: has a variant that is not/);
  expect(warn.mock.lastCall?.[0]).not.toContain("s3cret");
});

test("production leaves it to the server", () => {
  const warn = vi.spyOn(console, "warn");
  capture("nonsense", {});
  expect(warn).not.toHaveBeenCalled();
});
