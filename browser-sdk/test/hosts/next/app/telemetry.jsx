// SPDX-License-Identifier: Apache-2.0
"use client";

import { init, track } from "@telesift/browser";
import { useEffect } from "react";

// Rendered on the server as well, where it does nothing.
track("auth.login.success");

export function Telemetry() {
  useEffect(() => {
    init({
      serviceName: "host",
      enabled: process.env.NEXT_PUBLIC_FEATURES_TELEMETRY !== "false",
    });
  }, []);
  return null;
}
