// SPDX-License-Identifier: Apache-2.0

import { init, track } from "@plausible-analytics/tracker";

window.contestant = {
  start(endpoint) {
    init({
      domain: "bench.example",
      endpoint: `${endpoint}/api/event`,
      autoCapturePageviews: false,
      captureOnLocalhost: true,
      logging: false,
    });
  },
  track(prompt_id) {
    track("prompt_copied", { props: { prompt_id, variant: "body", source: "card" } });
  },
  flush: async () => {}, // Plausible sends each event at once.
};
