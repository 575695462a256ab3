// SPDX-License-Identifier: Apache-2.0

import { join } from "node:path";
import { build } from "vite";

/** Bundle the test pages as an application would, by the package's name; React checks strictly. */
export async function setup(): Promise<void> {
  for (const page of ["plain.ts", "react.tsx"]) {
    await build({
      configFile: false,
      logLevel: "error",
      define: { "process.env.NODE_ENV": '"development"' },
      build: {
        outDir: join(import.meta.dirname, "built"),
        emptyOutDir: page === "plain.ts",
        lib: {
          entry: join(import.meta.dirname, page),
          formats: ["es"],
          fileName: (_, name) => `${name}.js`,
        },
      },
    });
  }
}
