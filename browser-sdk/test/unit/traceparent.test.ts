// SPDX-License-Identifier: Apache-2.0

import { expect, test } from "vitest";
import { readTrace } from "../../src/core/traceparent.js";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

test("a traceparent gives trace, span and flags", () => {
  const traceparent = `00-${TRACE}-${SPAN}-01`;
  expect(readTrace(traceparent)).toEqual({
    members: `,"traceId":"${TRACE}","spanId":"${SPAN}","flags":1`,
    headers: { traceparent },
  });
});

test("a later version's further fields do not matter", () => {
  expect(readTrace(`cc-${TRACE}-${SPAN}-00-more`)?.members).toContain('"flags":0');
});

test.each([undefined, "", "undefined", `${TRACE}-${SPAN}`, `00-${TRACE.toUpperCase()}-${SPAN}-01`])(
  "%s is no traceparent and says nothing",
  (text) => {
    expect(readTrace(text)).toBeUndefined();
  },
);
