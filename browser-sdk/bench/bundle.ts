// SPDX-License-Identifier: Apache-2.0

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

export const BUILT = join(import.meta.dirname, "built");

/** Bundle a contestant as an application would, for production, and return its size in gzip. */
export async function bundle(name: string, extension = "ts"): Promise<number> {
  process.env.NODE_ENV = "production"; // It decides on export conditions, and vitest has its own.
  await build({
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      outDir: BUILT,
      emptyOutDir: false,
      rolldownOptions: {
        input: join(import.meta.dirname, "contestants", `${name}.${extension}`),
        output: { entryFileNames: `${name}.js`, codeSplitting: false },
      },
    },
  });
  return gzipSync(await readFile(join(BUILT, `${name}.js`))).length;
}
