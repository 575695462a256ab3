// SPDX-License-Identifier: Apache-2.0

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { activeTrace, setTraceContext, withTrace } from "../../src/core/trace.js";

const OLD = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const NEW = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const active = () => activeTrace()?.headers.traceparent;
const answer = (headers: Record<string, string>) => new Response(null, { headers });

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  setTraceContext(undefined);
  vi.runAllTimers();
  vi.useRealTimers();
});

test("the answer comes back as it went in", () => {
  const response = answer({});
  expect(withTrace(response)).toBe(response);
});

test("events that follow an answer carry its trace", () => {
  withTrace(answer({ traceresponse: NEW, traceparent: OLD }));
  expect(active()).toBe(NEW);
});

test("a server that answers with traceparent is understood", () => {
  withTrace(answer({ traceparent: OLD }));
  expect(active()).toBe(OLD);
});

test("the latest answer wins, also when it has no trace", () => {
  withTrace(answer({ traceparent: OLD }));
  withTrace(answer({}));
  expect(active()).toBeUndefined();
});

test("an answer's trace does not stay for ever, and an older answer does not end a newer one's", () => {
  withTrace(answer({ traceparent: OLD }));
  vi.advanceTimersByTime(6_000);
  withTrace(answer({ traceparent: NEW }));
  vi.advanceTimersByTime(9_999);
  expect(active()).toBe(NEW);
  vi.advanceTimersByTime(1);
  expect(active()).toBeUndefined();
});

test("the application's own trace comes first", () => {
  withTrace(answer({ traceparent: OLD }));
  setTraceContext(() => NEW);
  expect(active()).toBe(NEW);
  setTraceContext(() => undefined);
  expect(active()).toBe(OLD);
});

test("an application's tracing that throws costs the trace, not the event", () => {
  setTraceContext(() => {
    throw new Error("no tracer");
  });
  expect(active()).toBeUndefined();
});
