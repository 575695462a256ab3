// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from "node:timers/promises";
import { type Received, TestServer, type Treatment } from "./server.js";

/** A request as it arrived. */
export interface Arrival {
  headers: Received["headers"];
  bytes: number;
  resource: Record<string, unknown>;
  records: LogRecord[];
}

/** A LogRecord with its attributes as a plain object. */
export interface LogRecord {
  event: string;
  uid: string;
  time: number;
  traceId?: string;
  spanId?: string;
  flags?: number;
  attributes: Record<string, unknown>;
}

/** A server that takes OTLP logs, and misbehaves as told. */
export class Ingest extends TestServer {
  readonly arrivals: Arrival[] = [];
  /** Treatments in order of arrival; the last one stays. */
  treatments: Treatment[] = [{}];

  constructor() {
    super();
    // A page that must not be stored is kept out of the back/forward cache, too.
    const headers = { "content-type": "text/html", "cache-control": "no-cache" };
    this.on("/page.html", ({ query }) => ({ body: page(query.get("build") ?? "."), headers }));
    this.on("/v1/logs", (request) => {
      this.arrivals.push(arrival(request));
      return (this.treatments.length > 1 ? this.treatments.shift() : this.treatments[0]) ?? {};
    });
  }

  /** Every record that arrived, in order. */
  get records(): LogRecord[] {
    return this.arrivals.flatMap(({ records }) => records);
  }

  /** Wait until so many requests have arrived. */
  async requests(count: number): Promise<Arrival[]> {
    while (this.arrivals.length < count) await sleep(5);
    return this.arrivals;
  }

  /** Wait until so many records have arrived. */
  async recorded(count: number): Promise<LogRecord[]> {
    while (this.records.length < count) await sleep(5);
    return this.records;
  }
}

const page = (build: string) => `<!doctype html>
<html lang="en">
<title>A page</title>
<script type="module">
  import * as sdk from "/dist/${build}/index.js";
  import { initWithConsent } from "/dist/${build}/consent.js";
  import { loadConfig } from "/dist/${build}/config.js";
  import { debug } from "/dist/${build}/debug.js";
  window.sdk = { ...sdk, initWithConsent, loadConfig, debug };
</script>
<h1>A page</h1>
<button onclick="this.textContent = 'clicked'">Click</button>
`;

interface Wire {
  eventName: string;
  timeUnixNano: string;
  traceId?: string;
  spanId?: string;
  flags?: number;
  attributes: KeyValue[];
}

type KeyValue = { key: string; value: Record<string, unknown> };

function arrival({ headers, body }: Received): Arrival {
  const [{ resource, scopeLogs }] = JSON.parse(body).resourceLogs;
  return {
    headers,
    bytes: Buffer.byteLength(body),
    resource: plain(resource.attributes),
    records: scopeLogs[0].logRecords.map((record: Wire) => {
      const { "log.record.uid": uid, ...attributes } = plain(record.attributes);
      const { traceId, spanId, flags, eventName, timeUnixNano } = record;
      const time = Number(timeUnixNano) / 1e6;
      return { event: eventName, uid, time, traceId, spanId, flags, attributes };
    }),
  };
}

function plain(attributes: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
