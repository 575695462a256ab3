// SPDX-License-Identifier: Apache-2.0
// @vitest-environment jsdom

import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PsrOptions } from "../../src/psr/options.js";
import { usePsr } from "../../src/psr/use-psr.js";

const PROMPT = "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11";
const OTHER = "5d0c2b7e-8a41-4c39-b1f6-7e3d9a604c22";

/** Stands for the PSR service, which the Chromium tests have for real: here it is about React. */
const service = vi.fn(async (_path: string) => Response.json({ eligible: true }));

beforeEach(() => {
  vi.stubGlobal("fetch", service);
  service.mockClear();
  localStorage.clear();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const render = (initialProps: PsrOptions) => renderHook(usePsr, { initialProps });
const paths = () => service.mock.calls.map(([path]) => path.replace(/\?.*/, ""));

test("nothing is asked until the application says so", () => {
  const { result } = render({ promptId: PROMPT });
  expect(result.current.state).toBe("hidden");
  expect(service).not.toHaveBeenCalled();
});

test("a headless prompt goes from the question to thanks", async () => {
  const { result } = render({ promptId: PROMPT });
  await act(() => result.current.ask());
  expect(result.current.state).toBe("open");
  await act(() => result.current.submit(4, "Fine."));
  expect(result.current.state).toBe("thanks");
  expect(paths()).toEqual(["/psr/eligibility", "/psr/impressions", "/psr"]);
});

test("a headless prompt can be dismissed", async () => {
  const { result } = render({ promptId: PROMPT });
  await act(() => result.current.ask());
  act(() => result.current.dismiss());
  expect(result.current.state).toBe("hidden");
  expect(paths()).toContain("/psr/dismissals");
});

test("another prompt is another question", async () => {
  const { result, rerender } = render({ promptId: PROMPT });
  await act(() => result.current.ask());
  rerender({ promptId: OTHER });
  await waitFor(() => expect(result.current.state).toBe("hidden"));
  await act(() => result.current.ask());
  expect(result.current.state).toBe("open");
  expect(service.mock.lastCall?.[0]).toBe("/psr/impressions");
});

test("new options at each rendering are the same question", async () => {
  const { result, rerender } = render({ promptId: PROMPT, headers: () => ({}) });
  await act(() => result.current.ask());
  rerender({ promptId: PROMPT, headers: () => ({}) });
  expect(result.current.state).toBe("open");
});
