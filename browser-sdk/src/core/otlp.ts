// SPDX-License-Identifier: Apache-2.0
// OTLP/JSON by hand: the official serializer weighs more than this whole SDK.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

import { VERSION } from "../version.js";
import type { TelemetryEvent, Value } from "./event.js";
import type { InitOptions } from "./options.js";
import { spanIds } from "./traceparent.js";

/** What closes a request after its last record. */
export const TAIL = "]}]}]}";

/** Encode what comes before the records; `dropped` events were lost since the last request. */
export function encodeHead({ serviceName, serviceVersion }: InitOptions, dropped: number): string {
  const attributes = keyValues({
    "service.name": serviceName,
    "service.version": serviceVersion,
    "telesift.client.dropped": dropped || null,
  });
  const scope = { name: "@telesift/browser", version: VERSION };
  const scopeLogs = [{ scope, logRecords: [] }];
  return JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs }] }).slice(
    0,
    -TAIL.length,
  );
}

/** Encode an event as a LogRecord; a session id among its props comes before the page's. */
export function encodeRecord(
  { event, props, time, uid, traceparent }: TelemetryEvent & { traceparent: string | undefined },
  { sessionId }: InitOptions,
): string {
  const { session_id = sessionId, ...others } = props;
  return JSON.stringify({
    // A string, as 64-bit integers are in protobuf's JSON; a number would lose digits.
    timeUnixNano: `${time}000000`,
    eventName: event,
    // By the names of OpenTelemetry's semantic conventions.
    attributes: keyValues({ ...others, "session.id": session_id, "log.record.uid": uid }),
    ...spanIds(traceparent),
  });
}

function keyValues(values: Record<string, Value>) {
  return Object.entries(values).flatMap(([key, value]) =>
    value == null ? [] : { key, value: anyValue(value) },
  );
}

function anyValue(value: Value) {
  const number = Number.isSafeInteger(value) ? "intValue" : "doubleValue";
  const kinds: Record<string, string> = { string: "stringValue", boolean: "boolValue", number };
  const kind = kinds[typeof value];
  return kind && { [kind]: value }; // Nothing else travels, not even by mistake.
}

/** Return how many of a request's records the server rejected. */
export function rejectedRecords(answer = ""): number {
  try {
    return Number(JSON.parse(answer).partialSuccess.rejectedLogRecords) || 0;
  } catch {
    return 0; // None, or a proxy answered.
  }
}
