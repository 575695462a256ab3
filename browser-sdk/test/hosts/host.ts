// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Ingest } from "../chromium/ingest.js";

const HERE = import.meta.dirname;
const BUILT = join(HERE, "built");
const PACKAGE = join(HERE, "..", "..");

/** A processor and a PSR service at one address, as hosts' proxies reach them. */
export class Telesift extends Ingest {
  readonly ratings: unknown[] = [];

  constructor() {
    super();
    this.on("/psr/eligibility", () => ({ body: '{"eligible":true}' }));
    this.on("/psr/impressions", () => ({}));
    this.on("/psr", ({ body }) => {
      this.ratings.push(JSON.parse(body));
      return {};
    });
  }
}

/** Pack the package once, as it would be published. */
export function pack(): string {
  rmSync(BUILT, { recursive: true, force: true });
  mkdirSync(BUILT);
  const args = ["pack", "--silent", "--ignore-scripts", "--pack-destination", BUILT];
  const file = execFileSync("npm", args, { cwd: PACKAGE, encoding: "utf8" }).trim();
  return join(BUILT, file);
}

/** Copy a host application, and install the packed package in it. */
export function install(host: string, tarball: string): string {
  const folder = join(BUILT, host);
  cpSync(join(HERE, host), folder, { recursive: true });
  const args = ["install", "--silent", "--no-save", "--no-package-lock", "--offline", tarball];
  execFileSync("npm", args, { cwd: folder });
  return folder;
}

/** Where a package of this workspace has a file. */
export function fileOf(name: string, path: string): string {
  const folders = [PACKAGE, join(PACKAGE, "..")].map((root) => join(root, "node_modules", name));
  return join(folders.find(existsSync) ?? name, path);
}

/** Run a package's command in a folder, to its end. */
export function run(command: string, args: string[], folder: string, env: Record<string, string>) {
  execFileSync(process.execPath, [command, ...args], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Start a package's server in a folder, and wait until it answers. */
export async function serve(
  command: string,
  args: string[],
  folder: string,
  env: Record<string, string>,
): Promise<{ origin: string; server: ChildProcess }> {
  const port = await freePort();
  const server = spawn(process.execPath, [command, ...args, "--port", `${port}`], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: "ignore",
  });
  const origin = `http://localhost:${port}`;
  while (!(await answers(origin))) {
    if (server.exitCode !== null) throw new Error(`${command} ended while starting`);
    await new Promise((done) => setTimeout(done, 50));
  }
  return { origin, server };
}

/** Serve the package's files out of a host, as a copy on the application's own server. */
export function serveFiles(telesift: Telesift, folder: string): void {
  const root = join(folder, "node_modules", "@telesift", "browser", "dist");
  const types = { js: "text/javascript", css: "text/css" };
  telesift.folder("/telesift/", (path) => ({
    body: readFileSync(join(root, path), "utf8"),
    headers: { "content-type": path.endsWith(".css") ? types.css : types.js },
  }));
}

async function answers(origin: string): Promise<boolean> {
  try {
    await fetch(origin);
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}
