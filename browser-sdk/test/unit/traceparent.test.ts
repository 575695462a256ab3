// SPDX-License-Identifier: Apache-2.0

import { expect, test } from "vitest";
import { spanIds } from "../../src/core/traceparent.js";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

test("a traceparent gives trace, span and flags", () => {
  expect(spanIds(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, spanId: SPAN, flags: 1 });
});

test("a later version's further fields do not matter", () => {
  expect(spanIds(`cc-${TRACE}-${SPAN}-00-more`)).toMatchObject({ traceId: TRACE, flags: 0 });
});

test.each([undefined, "", "undefined", `${TRACE}-${SPAN}`, `00-${TRACE.toUpperCase()}-${SPAN}-01`])(
  "%s is no traceparent and says nothing",
  (text) => {
    expect(spanIds(text)).toBeUndefined();
  },
);
