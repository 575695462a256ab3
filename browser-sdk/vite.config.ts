// SPDX-License-Identifier: Apache-2.0

import { defineConfig } from "vite";

// Three builds of the same modules: bundlers take `dist/development` where they honour the export
// condition of that name, and so get warnings about wrong events that production never pays for.
// Pages without a bundler take `dist/min`.
export default defineConfig(({ mode }) => ({
  define: { __DEV__: JSON.stringify(mode === "development") },
  build: {
    target: "es2022",
    outDir: { development: "dist/development", minified: "dist/min" }[mode] ?? "dist",
    emptyOutDir: mode === "production",
    minify: false, // The application's bundler does it, and people can read what they ship.
    sourcemap: true,
    lib: {
      entry: Object.fromEntries(
        ["index", "psr", "react", "consent", "config", "debug", "testing"].map((name) => [
          name,
          `src/${name}.ts`,
        ]),
      ),
      formats: ["es"],
    },
    rolldownOptions: {
      external: [/^react(\/|$)/],
      output: { chunkFileNames: "shared/[name].js", minify: mode === "minified" },
      optimization: { inlineConst: { mode: "all" } }, // Minifiers of applications do not, across chunks.
      checks: { moduleLevelDirective: false }, // "use client" heads the entry for React, and stays.
    },
  },
}));
