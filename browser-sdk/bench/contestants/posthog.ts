// SPDX-License-Identifier: Apache-2.0

import { posthog } from "posthog-js/dist/module.slim.js";

window.contestant = {
  start(endpoint) {
    // Events only: no recording, no flags, nothing captured of itself.
    posthog.init("key", {
      api_host: endpoint,
      autocapture: false,
      capture_pageview: false,
      capture_pageleave: false,
      disable_session_recording: true,
      disable_surveys: true,
      advanced_disable_flags: true,
      disable_compression: true,
      opt_out_useragent_filter: true,
    });
  },
  track(prompt_id) {
    posthog.capture("prompt_copied", { prompt_id, variant: "body", source: "card" });
  },
  flush: async () => {}, // PostHog has no such call: it sends after 3 s.
};
