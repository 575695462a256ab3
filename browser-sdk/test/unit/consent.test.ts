// SPDX-License-Identifier: Apache-2.0

import { afterEach, expect, test, vi } from "vitest";
import { maySend } from "../../src/core/consent.js";
import type { InitOptions } from "../../src/core/options.js";

afterEach(() => vi.unstubAllGlobals());

test.each([
  { why: "nothing is said", options: {}, navigator: {}, may: true },
  { why: "the flag is off", options: { enabled: false }, navigator: {}, may: false },
  { why: "the flag is unknown", options: { enabled: undefined }, navigator: {}, may: false },
  { why: "a flag's text says no", options: { enabled: "false" }, navigator: {}, may: false },
  { why: "a flag's text says yes", options: { enabled: "true" }, navigator: {}, may: false },
  { why: "do not track", options: {}, navigator: { doNotTrack: "1" }, may: false },
  { why: "do track", options: {}, navigator: { doNotTrack: "0" }, may: true },
  {
    why: "do not track, overruled",
    options: { respectDoNotTrack: false },
    navigator: { doNotTrack: "1" },
    may: true,
  },
  { why: "privacy control", options: {}, navigator: { globalPrivacyControl: true }, may: false },
  {
    why: "privacy control, overruled",
    options: { respectGPC: false },
    navigator: { globalPrivacyControl: true },
    may: true,
  },
])("a page may send: $may, where $why", ({ options, navigator, may }) => {
  vi.stubGlobal("navigator", navigator);
  expect(maySend(options as InitOptions)).toBe(may);
});
