// SPDX-License-Identifier: Apache-2.0
// Sends events with OpenTelemetry's own JavaScript logs SDK and prints what the exporter says.
//
// usage: node send.mjs URL TOKEN json|protobuf < [{"eventName": ..., "attributes": {...}}, ...]
// prints one JSON object: {"code": 0 | 1, "error": message or null, "diagnostics": [...]}
import { readFileSync } from 'node:fs';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';

const [url, token, encoding] = process.argv.slice(2);
const diagnostics = [];
const note = (...args) => diagnostics.push(args.map(String).join(' '));
diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);

// The SDK makes the records; they are collected so that all of them leave in one request.
const memory = new InMemoryLogRecordExporter();
const provider = new LoggerProvider({
  resource: resourceFromAttributes({ 'service.name': 'vault', 'host.name': 'not-forwarded' }),
  processors: [new SimpleLogRecordProcessor({ exporter: memory })],
});
const logger = provider.getLogger('vault-ui', '1.0.0');
for (const event of JSON.parse(readFileSync(0, 'utf8'))) logger.emit(event);
await provider.forceFlush();

const Exporter = encoding === 'protobuf' ? ProtobufExporter : JsonExporter;
const exporter = new Exporter({ url, headers: { Authorization: `Bearer ${token}` } });
const result = await new Promise((resolve) => exporter.export(memory.getFinishedLogRecords(), resolve));
console.log(JSON.stringify({ code: result.code, error: result.error?.message ?? null, diagnostics }));
