// SPDX-License-Identifier: Apache-2.0

import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How the server treats a request for `/v1/logs`. */
export interface Treatment {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds until the answer. */
  delay?: number;
  /** `hang`: never answer. `close`: cut the connection. `stall`: never end the answer's body. */
  fault?: "hang" | "close" | "stall";
}

/** A request as it arrived. */
export interface Arrival {
  headers: IncomingMessage["headers"];
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

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
};
const ROOT = join(import.meta.dirname, "..", "..");

/** A real HTTP server that takes OTLP logs, misbehaves as told, and serves pages and modules. */
export class Ingest {
  readonly arrivals: Arrival[] = [];
  /** Treatments in order of arrival; the last one stays. */
  treatments: Treatment[] = [{}];
  /** Milliseconds that a preflight takes. */
  preflightDelay = 0;
  preflights = 0;
  #server = createServer((request, response) => void this.#serve(request, response));

  /** Listen on a free port. */
  async start(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, "0.0.0.0", done));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  /** The origin under one of the machine's two names: they are different sites. */
  origin(host: "localhost" | "127.0.0.1" = "localhost"): string {
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`;
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

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
    response.setHeader("access-control-allow-headers", "content-type, authorization, traceparent");
    response.setHeader("access-control-expose-headers", "retry-after");
    const { pathname } = new URL(request.url ?? "/", "http://any");
    if (request.method === "OPTIONS") {
      this.preflights++;
      await sleep(this.preflightDelay);
      response.writeHead(204).end();
    } else if (pathname === "/favicon.ico") response.writeHead(204).end();
    else if (pathname === "/v1/logs") await this.#ingest(request, response);
    else this.#file(pathname, response);
  }

  async #ingest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const treatment = this.treatments[0] ?? {};
    if (this.treatments.length > 1) this.treatments.shift();
    this.arrivals.push(read(request, body));
    await sleep(treatment.delay ?? 0);
    if (treatment.fault === "hang") return;
    if (treatment.fault === "close") {
      response.destroy();
      return;
    }
    response.writeHead(treatment.status ?? 200, {
      "content-type": "application/json",
      // As gateways do; it is what makes Chromium keep the quota of a body that nobody reads.
      "cache-control": "no-store",
      ...treatment.headers,
    });
    response.write(treatment.body ?? "{}");
    if (treatment.fault !== "stall") response.end();
  }

  #file(pathname: string, response: ServerResponse): void {
    if (pathname === "/page.html") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(PAGE);
      return;
    }
    const file = createReadStream(join(ROOT, pathname));
    file.on("error", () => response.writeHead(404).end());
    file.on("open", () => {
      response.writeHead(200, { "content-type": TYPES[extname(pathname)] ?? "text/plain" });
      file.pipe(response);
    });
  }
}

const PAGE = `<!doctype html>
<html lang="en">
<title>A page</title>
<script type="module">
  import * as sdk from "/dist/index.js";
  window.sdk = sdk;
</script>
<h1>A page</h1>
<button onclick="this.textContent = 'clicked'">Click</button>
`;

function read(request: IncomingMessage, body: Buffer): Arrival {
  const [{ resource, scopeLogs }] = JSON.parse(body.toString()).resourceLogs;
  return {
    headers: request.headers,
    bytes: body.length,
    resource: plain(resource.attributes),
    records: scopeLogs[0].logRecords.map((record: Wire) => {
      const { "log.record.uid": uid, ...attributes } = plain(record.attributes);
      const { traceId, spanId, flags, eventName, timeUnixNano } = record;
      const time = Number(timeUnixNano) / 1e6;
      return { event: eventName, uid, time, traceId, spanId, flags, attributes };
    }),
  };
}

interface Wire {
  eventName: string;
  timeUnixNano: string;
  traceId?: string;
  spanId?: string;
  flags?: number;
  attributes: KeyValue[];
}

type KeyValue = { key: string; value: Record<string, unknown> };

function plain(attributes: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
