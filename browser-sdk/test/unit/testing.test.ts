// SPDX-License-Identifier: Apache-2.0
// @vitest-environment jsdom

import { beforeEach, expect, test } from "vitest";
import { init, track } from "../../src/index.js";
import { expectTracked, reset, trackedEvents } from "../../src/testing.js";

const PROMPT = "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11";

beforeEach(reset);

test("what was tracked is found, by some of its properties", () => {
  track("prompt_copied", { prompt_id: PROMPT, variant: "body", source: "card" });
  expectTracked("prompt_copied", { variant: "body" });
  expectTracked("prompt_copied");
});

test("what was not tracked is a failure that says what was", () => {
  track("auth.logout", { latency_ms: 3 });
  expect(() => expectTracked("auth.login.success")).toThrow("auth.logout");
  expect(() => expectTracked("auth.logout", { latency_ms: 4 })).toThrow('"latency_ms":3');
});

test("what the server would reject is a failure, with its reason", () => {
  track("prompt_copied", { prompt_id: PROMPT, variant: "all" as "body", source: "card" });
  expect(() => expectTracked("prompt_copied")).toThrow("has a variant that is not one of");
});

test("an application that starts the SDK changes nothing", () => {
  const client = init();
  client.track("auth.logout");
  expectTracked("auth.logout");
});

test("each test begins with nothing", () => {
  expect(trackedEvents()).toEqual([]);
});
