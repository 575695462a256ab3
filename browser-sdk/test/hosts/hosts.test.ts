// SPDX-License-Identifier: Apache-2.0
// The package as it would be published, in applications as others build them.

import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launch } from "../chromium/chromium.js";
import { fileOf, install, pack, run, serve, serveFiles, Telesift } from "./host.js";

/** Where screenshots go, for people to look at; nowhere by default. */
const SCREENSHOTS = process.env.SCREENSHOTS;

let browser: Browser;
let tarball: string;
let telesift: Telesift;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  tarball = pack();
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  page = await browser.newPage();
  complaints = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (line) => {
    const { url } = line.location(); // The hosts have no icon, which browsers ask for.
    if (line.type() === "error" && !url.endsWith("/favicon.ico")) complaints.push(line.text());
  });
});
afterEach(() => page.close());

/** Copy, rate, leave: what every host must be able to do. */
async function rateAndLeave(url: string, stars = "4 of 5 stars") {
  await page.goto(url);
  await page.locator("#copy").click();
  await page.getByRole("radio", { name: stars }).check();
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Thank you!").waitFor();
  await page.goto("about:blank");
  await expect.poll(() => telesift.records.map(({ event }) => event)).toContain("prompt_copied");
  expect(telesift.ratings).toMatchObject([{ rating: 4 }]);
  expect(complaints).toEqual([]);
}

describe("an application that is built and served", () => {
  let server: ChildProcess | undefined;

  beforeEach(async () => {
    telesift = await new Telesift().start();
  });
  afterEach(async () => {
    server?.kill();
    await telesift.stop();
  });

  test("with Vite and React", async () => {
    const folder = install("vite-react", tarball);
    const vite = fileOf("vite", "bin/vite.js");
    const env = { TELESIFT_URL: telesift.origin() };
    run(vite, ["build", "--logLevel", "error"], folder, env);
    const started = await serve(vite, ["preview", "--host", "localhost"], folder, env);
    server = started.server;
    await rateAndLeave(started.origin);
  });

  test("with Next and its app router, where nothing happens on the server", async () => {
    const folder = install("next", tarball);
    const next = fileOf("next", "dist/bin/next");
    const env = { TELESIFT_URL: telesift.origin(), NEXT_TELEMETRY_DISABLED: "1" };
    run(next, ["build"], folder, env);
    expect(telesift.arrivals).toEqual([]);
    const started = await serve(next, ["start"], folder, env);
    server = started.server;
    await rateAndLeave(started.origin, "4 out of 5 stars");
    const names = telesift.records.map(({ event }) => event);
    expect(names.sort()).toEqual(["auth.login.success", "prompt_copied"]);
  });
});

test("the guide's code is what these hosts run", () => {
  const root = join(import.meta.dirname, "../../..");
  const plain = (text: string) => text.replace(/\s+/g, " ").replace(/, }/g, " }");
  const guide = plain(readFileSync(join(root, "docs/guides/adopt-in-react.md"), "utf8"));
  const host = (file: string) => plain(readFileSync(join(import.meta.dirname, file), "utf8"));
  const component = /export function Telemetry.*/.exec(host("next/app/telemetry.jsx"))?.[0] ?? "";
  expect(guide).toContain(component.trim().replace('"host"', '"my-app-web"'));
  const flag = 'enabled: import.meta.env.VITE_FEATURES_TELEMETRY !== "false"';
  expect([guide, host("vite-react/main.tsx")].every((text) => text.includes(flag))).toBe(true);
  expect(guide).toContain("rewrites: async () => [");
});

describe("a page without a bundler", () => {
  beforeEach(async () => {
    telesift = await new Telesift().start();
  });
  afterEach(() => telesift.stop());

  test("under a strict Content Security Policy with Trusted Types, by an import map", async () => {
    const folder = install("csp", tarball);
    serveFiles(telesift, folder);
    telesift.on("/index.html", () => ({
      body: readFileSync(join(folder, "index.html"), "utf8"),
      headers: {
        "content-type": "text/html",
        "content-security-policy": [
          "default-src 'none'",
          "script-src 'self' 'nonce-r4nd0m'",
          "style-src 'self'",
          "connect-src 'self'",
          "form-action 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types 'none'",
        ].join("; "),
      },
    }));
    await rateAndLeave(`${telesift.origin()}/index.html`);
  });

  const styles: Record<string, string> = {
    pico: fileOf("@picocss/pico", "css/pico.css"),
    bootstrap: fileOf("bootstrap", "dist/css/bootstrap.css"),
    bulma: fileOf("bulma", "css/bulma.css"),
    materialize: fileOf("@materializecss/materialize", "dist/css/materialize.css"),
  };
  const all = Object.keys(styles);

  test.each([...all.map((name) => [name]), all].map((names) => ({ names })))(
    "keeps its shape with the styles of $names",
    async ({ names }) => {
      const folder = install("frameworks", tarball);
      serveFiles(telesift, folder);
      const links = names.map((name) => {
        telesift.on(`/${name}.css`, () => ({
          body: readFileSync(styles[name] as string, "utf8"),
          headers: { "content-type": "text/css" },
        }));
        return `<link rel="stylesheet" href="/${name}.css">`;
      });
      const html = readFileSync(join(folder, "index.html"), "utf8");
      telesift.on("/index.html", () => ({
        body: html.replace("<!-- frameworks -->", links.join("")),
        headers: { "content-type": "text/html" },
      }));
      await page.setViewportSize({ width: 390, height: 700 });
      await page.goto(`${telesift.origin()}/index.html`);
      await page.locator("#copy").click();
      await page.getByRole("radio", { name: "3 of 5 stars" }).check();
      await page.getByLabel("Note (optional)").fill("Clear and short.");
      if (SCREENSHOTS) {
        mkdirSync(SCREENSHOTS, { recursive: true });
        await page.screenshot({ path: join(SCREENSHOTS, `with-${names.join("-")}.png`) });
      }
      expect(await shape()).toEqual({
        card: 336,
        stars: Array(5).fill([40, 40]),
        note: 302,
        submit: 36,
        count: "16 / 280",
        border: "1px",
      });
    },
  );

  /** Measure what a person would call its shape. */
  const shape = () =>
    page.evaluate(() => {
      const box = (selector: string) =>
        (document.querySelector(selector) as HTMLElement).getBoundingClientRect();
      const stars = [...document.querySelectorAll(".psr-star")].map((star) => {
        const { width, height } = star.getBoundingClientRect();
        return [width, height];
      });
      return {
        card: box(".psr-card").width,
        stars,
        note: box(".psr-note textarea").width,
        submit: Math.round(box(".psr-submit").height),
        count: document.querySelector(".psr-count")?.textContent,
        border: getComputedStyle(document.querySelector(".psr-note textarea") as Element)
          .borderTopWidth,
      };
    });
});
