// SPDX-License-Identifier: Apache-2.0
// @telesift/browser/consent: nothing is recorded before somebody agrees.

import type { InitOptions } from "./core/options.js";
import { localSink, noStats, nothing, type Sink } from "./core/sink.js";
import { state } from "./core/state.js";
import { type Client, init, track } from "./index.js";

/** A person's answer to the question whether this page may record what they do. */
export type Consent = "granted" | "denied";

/** A client that waits for consent. */
export interface ConsentClient extends Client {
  /** Record from now on; or nothing any more, and drop what waits. */
  consent(choice: Consent): void;
}

/** Clients that may still hold events: also those of a former user, in a back-off. */
const clients = /* @__PURE__ */ new Set<Sink>();
const closed = /* @__PURE__ */ localSink(nothing);

/** Like `init`, but nothing is held or sent before `consent("granted")`. */
export function initWithConsent(options: InitOptions = {}): ConsentClient {
  let client: Client | undefined;
  let granted = false;
  close();

  function close() {
    state.sink = closed;
    state.early.length = 0;
  }

  return {
    track,
    flush: async () => client?.flush(),
    shutdown: async () => client?.shutdown(),
    stats: () => client?.stats() ?? noStats(),
    consent(choice) {
      if (choice !== "granted") {
        granted = false;
        for (const sink of clients) void sink.shutdown(true);
        clients.clear();
        close();
      } else if (!granted) {
        granted = true;
        client = init(options);
        if (state.sink) clients.add(state.sink);
      }
    },
  };
}
