// SPDX-License-Identifier: Apache-2.0
// OTLP/JSON by hand: the official serializer weighs more than this whole SDK, and JSON.stringify
// asks every array for `toJSON`, which old libraries define wrongly (Prototype 1.6).
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

import { VERSION } from "../version.js";
import type { TelemetryEvent, Trace, Value } from "./event.js";
import type { InitOptions } from "./options.js";

/** What closes a request after its last record. */
export const TAIL = "]}]}]}";

/** Encode what comes before the records; `dropped` events were lost since the last request. */
export function encodeHead({ serviceName, serviceVersion }: InitOptions, dropped: number): string {
  const attributes = keyValues({
    "service.name": serviceName,
    "service.version": serviceVersion,
    "telesift.client.dropped": dropped || null,
  });
  return `{"resourceLogs":[{"resource":{${attributes}},"scopeLogs":[{"scope":{"name":"@telesift/browser","version":"${VERSION}"},"logRecords":[`;
}

/** Encode an event as a LogRecord; a session id among its props comes before the page's. */
export function encodeRecord(
  { event, props, time, uid, trace }: TelemetryEvent & { trace?: Trace | undefined },
  { sessionId }: InitOptions,
): string {
  const { session_id = sessionId, ...others } = props;
  // By the names of OpenTelemetry's semantic conventions.
  const attributes = keyValues({ ...others, "session.id": session_id, "log.record.uid": uid });
  // The time is a string, as 64-bit integers are in protobuf's JSON; a number would lose digits.
  return `{"timeUnixNano":"${time}000000","eventName":${JSON.stringify(event)},${attributes}${trace?.members ?? ""}}`;
}

function keyValues(values: Record<string, Value>) {
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    value == null ? [] : `{"key":${JSON.stringify(key)}${anyValue(value)}}`,
  );
  return `"attributes":[${pairs}]`;
}

function anyValue(value: Value) {
  const number = Number.isSafeInteger(value) ? "int" : "double";
  const kinds: Record<string, string> = { string: "string", boolean: "bool", number };
  const kind = kinds[typeof value];
  return kind ? `,"value":{"${kind}Value":${JSON.stringify(value)}}` : ""; // Nothing else travels.
}
