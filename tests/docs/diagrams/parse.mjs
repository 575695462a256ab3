// SPDX-License-Identifier: Apache-2.0
// Reads a JSON list of Mermaid diagrams from stdin; prints what is wrong with each, "" for nothing.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { runInThisContext } from "node:vm";

const { JSDOM } = createRequire(`${process.cwd()}/browser-sdk/package.json`)("jsdom");
globalThis.window = new JSDOM("").window;
globalThis.document = window.document;
runInThisContext(readFileSync("node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js", "utf8"));

const complaints = [];
for (const diagram of JSON.parse(readFileSync(0, "utf8"))) {
  complaints.push(await mermaid.parse(diagram).then(() => "", (error) => error.message));
}
console.log(JSON.stringify(complaints));
