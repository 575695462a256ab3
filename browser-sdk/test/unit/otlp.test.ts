// SPDX-License-Identifier: Apache-2.0

import { context, TraceFlags, trace } from "@opentelemetry/api";
import { JsonLogsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import { expect, test } from "vitest";
import type { Value } from "../../src/core/event.js";
import { encodeHead, encodeRecord, TAIL } from "../../src/core/otlp.js";
import { rejectedRecords } from "../../src/core/settlement.js";
import { readTrace } from "../../src/core/traceparent.js";
import { VERSION } from "../../src/version.js";

const TIME = 1_795_427_123_456;
const UID = "019a1b2c-3d4e-7f00-a123-456789abcdef";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

const queued = (props: Record<string, Value>, traceparent?: string) => ({
  event: "prompt_copied",
  props,
  time: TIME,
  uid: UID,
  trace: readTrace(traceparent),
});

/** The request that OpenTelemetry's own SDK and serializer make of the same event. */
function official(attributes: Record<string, string | number | boolean>, spanId?: string) {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ "service.name": "Vault é", "telesift.client.dropped": 3 }),
    processors: [new SimpleLogRecordProcessor({ exporter })],
  });
  const span = { traceId: TRACE, spanId: spanId ?? "", traceFlags: TraceFlags.SAMPLED };
  provider.getLogger("@telesift/browser", VERSION).emit({
    eventName: "prompt_copied",
    timestamp: TIME,
    attributes,
    ...(spanId && { context: trace.setSpanContext(context.active(), span) }),
  });
  const bytes = JsonLogsSerializer.serializeRequest(exporter.getFinishedLogRecords());
  return JSON.parse(new TextDecoder().decode(bytes));
}

const ours = (event: ReturnType<typeof queued>, sessionId?: string) =>
  JSON.parse(encodeHead({ serviceName: "Vault é" }, 3) + encodeRecord(event, { sessionId }) + TAIL);

/** What a message says: defaults and empty messages say nothing, and attributes have no order. */
function meaning(message: unknown): unknown {
  if (Array.isArray(message)) {
    return message.map(meaning).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof message !== "object" || message === null) return message || undefined;
  const said = Object.entries(message)
    .map(([key, value]) => [key, meaning(value)] as const)
    // When the collector saw an event is for the collector to say.
    .filter(([key, value]) => value !== undefined && key !== "observedTimeUnixNano");
  return said.length ? Object.fromEntries(said) : undefined;
}

test("a request means what OpenTelemetry's serializer would have said", () => {
  const props = {
    prompt_id: UID,
    variant: 'ünïcödé \u2028 "',
    latency_ms: 42,
    ratio: 0.5,
    yes: true,
  };
  const expected = official({ ...props, "session.id": "s-1", "log.record.uid": UID }, SPAN);
  const request = ours(queued(props, `00-${TRACE}-${SPAN}-01`), "s-1");
  expect(meaning(request)).toEqual(meaning(expected));
});

test("an event without props or trace says so by saying nothing", () => {
  expect(meaning(ours(queued({})))).toEqual(meaning(official({ "log.record.uid": UID })));
});

test("properties that are null or undefined are not sent", () => {
  expect(ours(queued({ a: null, b: undefined }))).toEqual(ours(queued({})));
});

test("an event's own session id comes before the page's", () => {
  expect(ours(queued({ session_id: "own" }), "page")).toEqual(ours(queued({}), "own"));
});

test("a property cannot pose as the event's id", () => {
  const [record] = ours(queued({ "log.record.uid": "forged" })).resourceLogs[0].scopeLogs[0]
    .logRecords;
  expect(record.attributes).toEqual([{ key: "log.record.uid", value: { stringValue: UID } }]);
});

test.each([{ title: "secret" }, [["secret"]], () => "secret"])(
  "content of a kind that no attribute has does not travel",
  (value) => {
    const record = encodeRecord(queued({ prompt: value as unknown as Value }), {});
    expect(record).toContain('{"key":"prompt"}');
    expect(record).not.toContain("secret");
  },
);

test("an Array.prototype.toJSON of an old library changes nothing", () => {
  const usual = ours(queued({ latency_ms: 1 }));
  Object.assign(Array.prototype, { toJSON: () => "spoilt" });
  try {
    expect(ours(queued({ latency_ms: 1 }))).toEqual(usual);
  } finally {
    Reflect.deleteProperty(Array.prototype, "toJSON");
  }
});

test("no drops are not mentioned", () => {
  expect(encodeHead({}, 0)).not.toContain("telesift.client.dropped");
});

test.each([
  [{}, 0],
  [{ partialSuccess: { rejectedLogRecords: "3" } }, 3],
  [{ partialSuccess: { rejectedLogRecords: 2 } }, 2],
  [{ partialSuccess: { errorMessage: "careful" } }, 0],
  ["", 0],
  [null, 0],
])("the answer %j rejects %i records", (answer, rejected) => {
  expect(rejectedRecords(answer)).toBe(rejected);
});
