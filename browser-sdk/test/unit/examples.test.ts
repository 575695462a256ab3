// SPDX-License-Identifier: Apache-2.0
// The processor's test cases (tests/examples): development's warnings agree with its verdicts.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findFault } from "../../src/core/fault.js";

interface Example {
  event: { event: string; ts: unknown } & Record<string, unknown>;
  expect: { reason?: string };
}

const FOLDER = new URL("../../../tests/examples/", import.meta.url).pathname;

/** What only the server looks at: times, sizes, personal data. */
const NOT_OURS = /^(timestamp_|event_too_large|pii_detected|body_not_allowed)/;

const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" });
const examples = files
  .filter((file) => file.endsWith(".json"))
  .map((why) => {
    const { event, expect }: Example = JSON.parse(readFileSync(FOLDER + why, "utf8"));
    const { event: name, ts: _, ...props } = event;
    return { why, name, props, reason: expect.reason };
  })
  // The SDK makes ids itself, and sends nothing that is null.
  .filter(({ props }) => !("id" in props) && !Object.values(props).includes(null));

describe("what the processor admits raises no warning", () => {
  test.each(examples.filter(({ reason }) => !reason))("$why", ({ name, props }) => {
    expect(findFault(name, props)).toBeUndefined();
  });
});

describe("what the processor rejects for its name or attributes raises a warning", () => {
  const rejected = examples.filter(({ reason }) => reason && !NOT_OURS.test(reason));
  test.each(rejected)("$why", ({ name, props }) => {
    expect(findFault(name, props)).toEqual(expect.any(String));
  });
});
