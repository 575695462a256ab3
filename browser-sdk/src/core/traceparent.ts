// SPDX-License-Identifier: Apache-2.0

const FORM = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/;

/** Return the parts of a W3C `traceparent` by OTLP's names; undefined for anything else. */
export function spanIds(traceparent: string | undefined) {
  const [, traceId, spanId, flags] = FORM.exec(traceparent ?? "") ?? [];
  return traceId && { traceId, spanId, flags: Number(`0x${flags}`) };
}
