// SPDX-License-Identifier: Apache-2.0
// Writes the sizes that size-limit measures into the README; with --check, only looks.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const README = new URL("../README.md", import.meta.url);
const SECTION = /(<!-- sizes -->\n).*?(<!-- \/sizes -->)/s;

const measured = JSON.parse(spawnSync("size-limit", ["--json"], { encoding: "utf8" }).stdout);
const rows = measured.map(({ name, size, sizeLimit }) => {
  return `| ${name} | ${size.toLocaleString("en")} | ${sizeLimit.toLocaleString("en")} |\n`;
});
const table = `\n| what you import | gzip B | limit |\n|---|--:|--:|\n${rows.join("")}\n`;

const before = readFileSync(README, "utf8");
const after = before.replace(SECTION, `$1${table}$2`);
process.stdout.write(table);
if (measured.some(({ passed }) => !passed)) {
  throw new Error("over the limit");
} else if (!process.argv.includes("--check")) {
  writeFileSync(README, after);
} else if (after !== before) {
  throw new Error("README.md states other sizes; run: npm run sizes");
}
