// SPDX-License-Identifier: Apache-2.0

import { type Client, init, track } from "@telesift/browser";

let client: Client;

window.contestant = {
  start(endpoint) {
    client = init({ endpoint: `${endpoint}/v1/logs`, serviceName: "bench" });
  },
  track(prompt_id) {
    track("prompt_copied", { prompt_id, variant: "body", source: "card" });
  },
  flush: () => client.flush(),
};
