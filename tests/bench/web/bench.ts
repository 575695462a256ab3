// SPDX-License-Identifier: Apache-2.0
// What Telesift costs the vault's page: Lighthouse with the SDK and without it, in turn, and the
// rating prompt's share of the main thread. Run by `make bench`, part lighthouse.
import { createServer } from "node:net";
import { type Browser, chromium } from "playwright-core";
import { Stack } from "../../e2e/stack";
import { copy, create, launch, rating, signIn } from "../../e2e/visitor";
import { type Audit, audit } from "./audit";
import { buildBare, removeBare } from "./bare";
import { type Cost, trace } from "./trace";

const RUNS = Number(process.env.BENCH_RUNS ?? 5);

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] as number;

function print(what: string, ...figures: [string, number][]) {
  const columns = figures.map(([name, figure]) => `${name} ${figure.toFixed(1).padStart(7)}`);
  console.log(`  ${what.padEnd(28)}${columns.join("   ")}`);
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}

/** Audit both pages in turn, each as often first: a slow minute of the machine is one for both. */
async function audits(port: number, withSdk: string, without: string) {
  const ours: Audit[] = [];
  const bare: Audit[] = [];
  for (let run = 0; run < RUNS; run++) {
    const pair = [async () => ours.push(await audit(withSdk, port))];
    pair.push(async () => bare.push(await audit(without, port)));
    for (const look of run % 2 ? pair.reverse() : pair) await look();
  }
  const compare = (what: string, of: (audit: Audit) => number) =>
    print(what, ...summary("with", ours.map(of)), ...summary("without", bare.map(of)));
  compare("performance score", ({ score }) => score);
  compare("total blocking time, ms", ({ blockingMs }) => blockingMs);
  compare("JavaScript, KB", ({ scriptBytes }) => scriptBytes / 1024);
}

/** Half of the range tells how much of a difference is noise. */
function summary(name: string, values: number[]): [string, number][] {
  return [
    [name, median(values)],
    ["±", (Math.max(...values) - Math.min(...values)) / 2],
  ];
}

/** Show and dismiss the rating prompt; the first time its code and styles are new to the page. */
async function prompt(browser: Browser, stack: Stack) {
  const { page, context } = await signIn(browser, stack);
  const shown: Cost[] = [];
  const gone: Cost[] = [];
  for (let run = 0; run <= RUNS; run++) {
    await create(page, `Bench ${run}`);
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/psr/eligibility*", async (route) => {
      await held;
      await route.continue();
    });
    await copy(page);
    await page.waitForTimeout(500); // What the copy itself costs is over.
    shown.push(await trace(browser, page, ".rating form", "shown", async () => answer()));
    await page.unroute("**/psr/eligibility*");
    await rating(page).waitFor();
    await page.waitForTimeout(500);
    gone.push(
      await trace(browser, page, ".rating form", "gone", () => page.keyboard.press("Escape")),
    );
  }
  for (const [what, costs] of Object.entries({ shown, gone })) {
    const [first, ...others] = costs as [Cost, ...Cost[]];
    print(
      `rating prompt ${what}, ms`,
      ["first", first.total],
      ["then", median(others.map(({ total }) => total))],
      ["longest task", median(costs.map(({ longestTask }) => longestTask))],
    );
  }
  await context.close();
}

const port = await freePort();
const bare = await buildBare();
const [stack, browser] = await Promise.all([
  Stack.start(),
  launch(`--remote-debugging-port=${port}`),
]);
try {
  // Lighthouse opens its pages in the browser's own context, which has the cookie then.
  const { vault } = stack.urls;
  const [context] = (await chromium.connectOverCDP(`http://127.0.0.1:${port}`)).contexts();
  const data = { name: "ada", password: "analytical-engine" };
  await context?.request.post(`${vault}/sign-in`, { data });
  await audits(port, `${vault}/`, vault + bare);
  await prompt(browser, stack);
} finally {
  await browser.close();
  await stack.stop();
  await removeBare();
}
