// SPDX-License-Identifier: Apache-2.0

const FORM = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/;

/** Read a W3C `traceparent` into OTLP's names for its parts; anything else says nothing. */
export function spanIds(traceparent: string | undefined) {
  const [, traceId, spanId, flags] = FORM.exec(traceparent ?? "") ?? [];
  return traceId && { traceId, spanId, flags: Number(`0x${flags}`) };
}
