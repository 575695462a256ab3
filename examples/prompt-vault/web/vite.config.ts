// SPDX-License-Identifier: Apache-2.0
// JSX is compiled by Vite itself: no plugin is needed for a production build.
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    sourcemap: true,
    // "use client" in the SDK is for frameworks that render on a server.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
