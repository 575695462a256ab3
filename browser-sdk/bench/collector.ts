// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from "node:timers/promises";
import { TestServer } from "../test/chromium/server.js";

/** An id that can be found in a request's body, whatever its format. */
export const promptId = (index: number) =>
  `be4c4000-0000-4000-8000-${index.toString().padStart(12, "0")}`;

/** PostHog, the slowest, sends every three seconds. */
const QUIET_MS = 3_500;

/** A server that takes every SDK's requests and looks for the events in them. */
export class Collector extends TestServer {
  bodies: string[] = [];
  /** Milliseconds until an answer. */
  delay = 0;

  constructor() {
    super();
    for (const path of [
      "/v1/logs",
      "/collect",
      "/api/event",
      "/api/1/envelope/",
      "/e/",
      "/i/v0/e/",
    ]) {
      this.on(path, ({ body }) => {
        this.bodies.push(body);
        return { status: path === "/v1/logs" ? 200 : 202, delay: this.delay };
      });
    }
  }

  /** Serve a page that runs one bundle, isolated, so that it has the finest clocks. */
  page(name: string): this {
    return this.on(`/${name}.html`, () => ({
      headers: {
        "content-type": "text/html",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
      },
      body: `<!doctype html><html lang="en"><title>${name}</title>
        <link rel="stylesheet" href="/dist/psr.css"><div id="root"></div>
        <script type="module" src="/bench/built/${name}.js"></script>`,
    }));
  }

  /** Wait until nothing has come for a while; return which events came, and how often in all. */
  async arrived(): Promise<{ ids: Set<string>; times: number; bytes: number }> {
    for (let before = -1; before !== this.bodies.length; await sleep(QUIET_MS)) {
      before = this.bodies.length;
    }
    const ids = this.bodies.join().match(/be4c4000-0000-4000-8000-\d{12}/g) ?? [];
    const bytes = this.bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
    return { ids: new Set(ids), times: ids.length, bytes };
  }
}
