// SPDX-License-Identifier: Apache-2.0

import type { Trace } from "./event.js";

const FORM = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/;

/** Read a W3C `traceparent`; undefined for anything else. */
export function readTrace(traceparent: string | null | undefined): Trace | undefined {
  const [, traceId, spanId, flags] = FORM.exec(traceparent ?? "") ?? [];
  if (!traceparent || !traceId) return undefined;
  const members = `,"traceId":"${traceId}","spanId":"${spanId}","flags":${Number(`0x${flags}`)}`;
  return { members, headers: { traceparent } };
}
