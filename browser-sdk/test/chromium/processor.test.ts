// SPDX-License-Identifier: Apache-2.0
// Against the real processor, where it is installed (`make setup` in the root of the repository).

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launch } from "./chromium.js";
import { Ingest } from "./ingest.js";
import { open } from "./page.js";

const TELESIFT = join(import.meta.dirname, "..", "..", "..", ".venv", "bin", "telesift");
const USER = "11111111-1111-4111-8111-111111111111";
const PROMPT = "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

describe.skipIf(!existsSync(TELESIFT))("the real processor", () => {
  let browser: Browser;
  let pages: Ingest;
  let page: Page;
  let processor: ChildProcess;
  let endpoint: string;
  const folder = mkdtempSync(join(tmpdir(), "telesift-"));
  const lines: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    pages = await new Ingest().start();
    const port = await freePort();
    endpoint = `http://localhost:${port}`;
    processor = spawn(TELESIFT, ["serve", "processor", "--port", `${port}`], {
      env: {
        PATH: process.env.PATH,
        AUTH_MODE: "dev",
        AUTH_DEV_TOKENS: `user-token:${USER}:user`,
        TELEMETRY_SINK: "logs",
        TELESIFT_DATA_DIR: folder,
        ALLOWED_ORIGINS: pages.origin(),
      },
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (processor.stdout) createInterface(processor.stdout).on("line", (line) => lines.push(line));
    while (!(await isReady(endpoint))) {
      if (processor.exitCode !== null) throw new Error("the processor ended while starting");
      await sleep(50);
    }
  });
  afterAll(async () => {
    processor.kill();
    await browser.close();
    await pages.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    lines.length = 0;
    pages.proxy("/v1/logs", endpoint);
    page = await browser.newPage();
    await open(page, pages.origin());
  });

  const init = (token = "user-token") =>
    page.evaluate((bearer) => {
      window.client = window.sdk.init({
        headers: { authorization: `Bearer ${bearer}` },
        serviceName: "vault",
        sessionId: "s-1",
        timeout: 10_000,
      });
    }, token);

  /** Flush, and give the counts. */
  const counts = () =>
    page.evaluate(async () => {
      await window.client.flush();
      return window.client.stats();
    });

  /** Wait until the processor's log sink has put out so many events. */
  async function delivered(count: number): Promise<string> {
    while (lines.length < count) await sleep(20);
    return lines.join("\n");
  }

  test("takes what the SDK sends, with its trace", async () => {
    await init();
    await page.evaluate(
      ([prompt_id, trace]) => {
        const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
        window.sdk.withTrace(new Response(null, { headers: { traceparent } }));
        window.sdk.track("prompt_copied", { prompt_id, variant: "body", source: "card" });
      },
      [PROMPT, TRACE] as const,
    );
    expect(await counts()).toMatchObject({ sent: 1, rejected: 0 });
    const output = await delivered(1);
    for (const part of ["prompt_copied", PROMPT, TRACE, USER, "s-1"])
      expect(output).toContain(part);
  });

  test("rejects an event of a batch without the others", async () => {
    await init();
    await page.evaluate(() => {
      window.sdk.track("auth.logout");
      window.sdk.track("no.such.event" as "auth.logout");
      window.sdk.track("auth.logout", { latency_ms: 12 });
    });
    expect(await counts()).toMatchObject({ sent: 2, rejected: 1, dropped: 0 });
  });

  test("rejects a whole batch", async () => {
    await init();
    await page.evaluate(() => window.sdk.track("no.such.event" as "auth.logout"));
    expect(await counts()).toMatchObject({ sent: 0, rejected: 1, dropped: 0 });
  });

  test("refuses a caller without credentials, and the SDK stops", async () => {
    await init("nobody");
    await page.evaluate(() => window.sdk.track("auth.logout"));
    expect(await counts()).toMatchObject({ sent: 0, queued: 1 });
    await expect.poll(counts, { timeout: 30_000 }).toMatchObject({ dropped: 1, queued: 0 });
  });

  test("gets what was queued when the page is left", async () => {
    await init();
    await page.evaluate(() => {
      for (let i = 0; i < 10; i++) window.sdk.track("auth.login.success");
    });
    await page.goto("about:blank");
    expect((await delivered(10)).match(/auth\.login\.success/g)).toHaveLength(10);
  });
});

async function isReady(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/readyz`)).ok;
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
