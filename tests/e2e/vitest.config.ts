// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 90_000,
    maxWorkers: 2, // Each file runs a whole stack of its own, and waits for it most of the time.
  },
});
