// SPDX-License-Identifier: Apache-2.0

import { type Faro, initializeFaro } from "@grafana/faro-web-sdk";

let faro: Faro;

window.contestant = {
  start(endpoint) {
    // Events only: none of the instrumentations that Faro would add of itself.
    faro = initializeFaro({
      url: `${endpoint}/collect`,
      app: { name: "bench" },
      instrumentations: [],
    });
  },
  track(prompt_id) {
    faro.api.pushEvent("prompt_copied", { prompt_id, variant: "body", source: "card" });
  },
  flush: async () => {}, // Faro has no such call: it sends after 250 ms or 50 items.
};
