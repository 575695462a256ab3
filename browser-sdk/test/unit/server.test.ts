// SPDX-License-Identifier: Apache-2.0
// Rendering on a server: a process that serves many people, and has no document.

import { afterEach, expect, test, vi } from "vitest";
import { state } from "../../src/core/state.js";
import { init, track } from "../../src/index.js";

afterEach(() => vi.unstubAllGlobals());

test("track does nothing at all: it does not even look at the clock", () => {
  vi.stubGlobal("Date", () => {
    throw new Error("a server component that asks for the time is no longer static");
  });
  for (let index = 0; index < 1_000; index++) track("auth.logout");
  expect(state.early).toEqual([]);
});

test("init gives a client that does nothing", async () => {
  const client = init({ headers: { authorization: "Bearer token" } });
  client.track("auth.logout");
  await client.flush();
  expect(client.stats()).toMatchObject({ queued: 0, sent: 0, dropped: 0 });
});
