// SPDX-License-Identifier: Apache-2.0

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A request, read to its end. */
export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: string;
}

/** How the server treats a request. */
export interface Treatment {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds until the answer. */
  delay?: number;
  /** `hang`: never answer. `close`: cut the connection. `stall`: never end the answer's body. */
  fault?: "hang" | "close" | "stall";
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
};
const ROOT = join(import.meta.dirname, "..", "..");

/** A real HTTP server that serves this package's files, and whatever its routes say. */
export class TestServer {
  /** Milliseconds that a preflight takes. */
  preflightDelay = 0;
  preflights = 0;
  readonly #routes = new Map<string, (request: Received) => Treatment>();
  readonly #folders = new Map<string, (below: string) => Treatment>();
  readonly #targets = new Map<string, string>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  /** Answer requests for a path. */
  on(path: string, answer: (request: Received) => Treatment): this {
    this.#routes.set(path, answer);
    return this;
  }

  /** Answer requests for everything below a path. */
  folder(path: string, answer: (below: string) => Treatment): this {
    this.#folders.set(path, answer);
    return this;
  }

  /** Pass requests for a path on to another server, as a host application's proxy does. */
  proxy(path: string, target: string): this {
    this.#targets.set(path, target);
    return this;
  }

  /** Listen on a free port. */
  async start(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, "0.0.0.0", done));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  /** The origin under one of the machine's two names: to a browser they are different sites. */
  origin(host: "localhost" | "127.0.0.1" = "localhost"): string {
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("access-control-allow-origin", request.headers.origin ?? "*");
    response.setHeader(
      "access-control-allow-headers",
      "content-type, authorization, traceparent, telesift-sent-at",
    );
    response.setHeader("access-control-expose-headers", "retry-after");
    // Chromium itself repeats a request when a connection that it reuses breaks.
    response.setHeader("connection", "close");
    if (request.method === "OPTIONS") {
      this.preflights++;
      await sleep(this.preflightDelay);
      response.writeHead(204).end();
      return;
    }
    const received = await read(request);
    const target = this.#targets.get(received.path);
    if (target) {
      await treat(response, await forward(received, target));
      return;
    }
    for (const [path, give] of this.#folders) {
      if (!received.path.startsWith(path)) continue;
      await treat(response, give(received.path.slice(path.length)));
      return;
    }
    const answer = this.#routes.get(received.path);
    await treat(response, answer ? answer(received) : await file(received.path));
  }
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method = "GET", headers, url = "/" } = request;
  const { pathname: path, searchParams: query } = new URL(url, "http://any");
  return { method, path, query, headers, body: Buffer.concat(chunks).toString() };
}

async function forward({ method, path, headers, body }: Received, target: string) {
  const { host: _, connection: __, "content-length": ___, ...rest } = headers;
  const answer = await fetch(target + path, {
    method,
    headers: rest as Record<string, string>,
    ...(body && { body }),
  });
  return { status: answer.status, body: await answer.text() };
}

async function treat(response: ServerResponse, treatment: Treatment): Promise<void> {
  const { status = 200, headers, body = "{}", delay = 0, fault } = treatment;
  await sleep(delay);
  if (fault === "hang") return;
  if (fault === "close") {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    "content-type": "application/json",
    // As gateways do; it is what makes Chromium keep the quota of a body that nobody reads.
    "cache-control": "no-store",
    ...headers,
  });
  response.write(body);
  if (fault !== "stall") response.end();
}

async function file(path: string): Promise<Treatment> {
  if (path === "/favicon.ico") return { status: 204, body: "" };
  try {
    const body = await readFile(join(ROOT, path), "utf8");
    return { body, headers: { "content-type": TYPES[extname(path)] ?? "text/plain" } };
  } catch {
    return { status: 404 };
  }
}
