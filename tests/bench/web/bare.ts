// SPDX-License-Identifier: Apache-2.0
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";

const WEB = join(import.meta.dirname, "../../../examples/prompt-vault/web");
const FOLDER = join(WEB, "dist/bare");

/** Build the vault's page once more, without the SDK; give the path it is served under. */
export async function buildBare(): Promise<string> {
  await build({
    root: WEB,
    base: "/bare/",
    logLevel: "error",
    resolve: {
      alias: [
        { find: /^@telesift\/browser.*$/, replacement: join(import.meta.dirname, "no-sdk.ts") },
      ],
    },
    build: { outDir: FOLDER },
  });
  return "/bare/index.html";
}

/** Remove what was built. */
export const removeBare = () => rm(FOLDER, { recursive: true, force: true });
