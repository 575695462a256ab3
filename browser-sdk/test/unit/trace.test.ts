// SPDX-License-Identifier: Apache-2.0

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { activeTraceparent, withTrace } from "../../src/core/trace.js";

const OLD = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const NEW = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const answer = (headers: Record<string, string>) => new Response(null, { headers });

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

test("the answer comes back as it went in", () => {
  const response = answer({});
  expect(withTrace(response)).toBe(response);
});

test("events that follow an answer carry its trace", () => {
  withTrace(answer({ traceresponse: NEW, traceparent: OLD }));
  expect(activeTraceparent({})).toBe(NEW);
});

test("a server that answers with traceparent is understood", () => {
  withTrace(answer({ traceparent: OLD }));
  expect(activeTraceparent({})).toBe(OLD);
});

test("the latest answer wins, also when it has no trace", () => {
  withTrace(answer({ traceparent: OLD }));
  withTrace(answer({}));
  expect(activeTraceparent({})).toBeUndefined();
});

test("an answer's trace does not stay for ever, and an older answer does not end a newer one's", () => {
  withTrace(answer({ traceparent: OLD }));
  vi.advanceTimersByTime(6_000);
  withTrace(answer({ traceparent: NEW }));
  vi.advanceTimersByTime(9_999);
  expect(activeTraceparent({})).toBe(NEW);
  vi.advanceTimersByTime(1);
  expect(activeTraceparent({})).toBeUndefined();
});

test("the application's own trace comes first", () => {
  withTrace(answer({ traceparent: OLD }));
  expect(activeTraceparent({ traceContext: () => NEW })).toBe(NEW);
  expect(activeTraceparent({ traceContext: () => undefined })).toBe(OLD);
});

test("an application's tracing that throws costs the trace, not the event", () => {
  const traceContext = () => {
    throw new Error("no tracer");
  };
  expect(activeTraceparent({ traceContext })).toBeUndefined();
});
