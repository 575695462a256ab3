// SPDX-License-Identifier: Apache-2.0
// @vitest-environment jsdom

import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { init } from "../../src/index.js";
import type { PsrOptions } from "../../src/psr/options.js";
import { usePsr } from "../../src/psr/use-psr.js";

const PROMPT = "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11";
const OTHER = "5d0c2b7e-8a41-4c39-b1f6-7e3d9a604c22";

/** Stands for the PSR service, which the Chromium tests have for real: here it is about React. */
const service = vi.fn(async (_path: string, _request?: RequestInit) =>
  Response.json({ eligible: true }),
);

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
  expect(paths()).toEqual(["/psr/eligibility"]);
  act(() => result.current.seen());
  act(() => result.current.seen());
  await act(() => result.current.submit(4, "Fine."));
  expect(result.current.state).toBe("thanks");
  expect(paths()).toEqual(["/psr/eligibility", "/psr/impressions", "/psr"]);
});

test("a headless prompt can be dismissed", async () => {
  const { result } = render({ promptId: PROMPT });
  await act(() => result.current.ask());
  act(() => result.current.dismiss());
  expect(result.current.state).toBe("hidden");
  await waitFor(() => expect(paths()).toContain("/psr/dismissals"));
});

test("another prompt is another question", async () => {
  const { result, rerender } = render({ promptId: PROMPT });
  await act(() => result.current.ask());
  rerender({ promptId: OTHER });
  await waitFor(() => expect(result.current.state).toBe("hidden"));
  await act(() => result.current.ask());
  expect(result.current.state).toBe("open");
  expect(service.mock.lastCall?.[0]).toContain(OTHER);
});

test("new options at each rendering are the same question", async () => {
  const { result, rerender } = render({ promptId: PROMPT, headers: () => ({}) });
  await act(() => result.current.ask());
  rerender({ promptId: PROMPT, headers: () => ({}) });
  expect(result.current.state).toBe("open");
});

test("later options are followed", async () => {
  const { result, rerender } = render({ promptId: PROMPT, endpoint: "/former" });
  await act(() => result.current.ask());
  rerender({ promptId: PROMPT, endpoint: "/later" });
  await act(() => result.current.submit(2));
  expect(paths()).toEqual(["/former/eligibility", "/later/impressions", "/later"]);
});

test("the same prompt twice on a page is asked about once, and again when it is closed", async () => {
  const [one, two] = [render({ promptId: PROMPT }), render({ promptId: PROMPT })];
  await act(() => one.result.current.ask());
  await act(() => two.result.current.ask());
  expect([one.result.current.state, two.result.current.state]).toEqual(["open", "hidden"]);
  one.unmount();
  await act(() => two.result.current.ask());
  expect(two.result.current.state).toBe("open");
});

test("endpoint, headers and credentials are those of init, unless the prompt has its own", async () => {
  init({
    psrEndpoint: "https://psr.example/psr",
    headers: async () => ({ authorization: "Bearer later" }),
    credentials: "include",
  });
  const { result } = render({ promptId: PROMPT });
  await act(() => result.current.ask());
  expect(service.mock.lastCall?.[0]).toContain("https://psr.example/psr/eligibility");
  expect(service.mock.lastCall?.[1]).toMatchObject({
    credentials: "include",
    headers: { authorization: "Bearer later" },
  });
  init();
});
