// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from "node:timers/promises";
import { type Received, TestServer, type Treatment } from "./server.js";

/** A call of the PSR service. */
export interface Call {
  method: string;
  path: string;
  /** The parsed body, or the query of a GET. */
  says: Record<string, unknown>;
  headers: Received["headers"];
}

/** A PSR service that finds everybody eligible, unless a test says otherwise. */
export class Ratings extends TestServer {
  readonly calls: Call[] = [];
  /** How a path is treated, where not as usual. */
  treatments: Record<string, Treatment> = {};

  constructor() {
    super();
    this.#answer("/psr/eligibility", { eligible: true, reason: null, next_at: null });
    this.#answer("/psr/impressions", {});
    this.#answer("/psr/dismissals", {});
    this.#answer("/psr", { id: "r-1", avg_rating: null, total_ratings: null, replaced: false });
    for (const kind of ["plain", "react"]) {
      this.on(`/${kind}.html`, ({ query }) => ({
        body: page(kind, query),
        headers: { "content-type": "text/html; charset=utf-8" },
      }));
    }
  }

  /** Wait for a call of a path, and give the first one. */
  async called(path: string): Promise<Call> {
    for (;;) {
      const call = this.calls.find((candidate) => candidate.path === path);
      if (call) return call;
      await sleep(5);
    }
  }

  /** The paths that were called, in order. */
  get paths(): string[] {
    return this.calls.map(({ path }) => path);
  }

  #answer(path: string, usual: object): void {
    this.on(path, ({ method, query, body, headers }) => {
      const says = body ? JSON.parse(body) : Object.fromEntries(query);
      this.calls.push({ method, path, says, headers });
      return this.treatments[path] ?? { body: JSON.stringify(usual) };
    });
  }
}

/** A page with something to copy; `style=none` leaves the style sheet out. */
const page = (kind: string, query: URLSearchParams) => `<!doctype html>
<html lang="en" dir="${query.get("dir") ?? "ltr"}" style="color-scheme: light dark">
<meta name="viewport" content="width=device-width">
<title>A prompt</title>
${query.get("style") === "none" ? "" : '<link rel="stylesheet" href="/dist/psr.css">'}
<style>body { font: 16px/1.5 system-ui, sans-serif; margin: 16px; max-width: 40rem } a { color: inherit }</style>
<main>
  <h1>Summarise a contract</h1>
  <p>You are a careful lawyer. Read what follows and list what it obliges each side to do.</p>
  <button id="copy">Copy</button>
  <div id="here"></div>
  <p id="below">What stands below must not move, even while somebody is reading it.
  It goes on for a while, so that the prompt for a rating has something to lie over.</p>
  <p><a href="#next">The next prompt</a></p>
</main>
<script type="module" src="/test/chromium/pages/built/${kind}.js"></script>
`;
