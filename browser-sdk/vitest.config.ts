// SPDX-License-Identifier: Apache-2.0

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    maxWorkers: 2,
    expect: { poll: { timeout: 20_000 } }, // For machines that have other things to do.
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          environment: "node",
          include: ["test/unit/**/*.test.{ts,tsx}"],
          setupFiles: ["test/unit/setup.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "chromium",
          environment: "node",
          include: ["test/chromium/**/*.test.ts"],
          globalSetup: ["test/chromium/pages/build.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...["chromium", "firefox", "webkit"].map((engine) => ({
        extends: true as const,
        test: {
          name: `engine-${engine}`,
          environment: "node",
          env: { ENGINE: engine },
          include: ["test/engines/*.test.ts"],
          globalSetup: ["test/chromium/pages/build.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      })),
      {
        extends: true,
        test: {
          name: "hosts",
          environment: "node",
          include: ["test/hosts/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        test: {
          name: "bench",
          environment: "node",
          include: ["bench/*.bench.ts"],
          testTimeout: 600_000,
          hookTimeout: 60_000,
          fileParallelism: false, // Or one would measure the other.
        },
      },
    ],
  },
});
