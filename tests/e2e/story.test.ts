// SPDX-License-Identifier: Apache-2.0
// The story, from the click to PostgreSQL.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stack, type Stored, until } from "./stack";
import { copy, create, launch, rating, signIn, visit } from "./visitor";

const HAS_COLLECTOR = existsSync(join(import.meta.dirname, "../../build/otelcol"));

let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  [stack, browser] = await Promise.all([Stack.start(), launch()]);
});

afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** Wait for the events about one prompt. */
const about = (id: string, ...names: string[]) =>
  stack.eventsUntil(
    (all) => names.every((name) => all.some((event) => isAbout(event, id, name))),
    `${names} about a prompt`,
  );

const isAbout = ({ event, attributes }: Stored, id: string, name: string) =>
  event === name && attributes.prompt_id === id;

/** Import some text, as a file or as what was pasted, and wait until it has been counted. */
async function importText(page: Page, way: "file" | "paste", text: string, counted: string) {
  if (way === "file") {
    const file = { name: "prompts.json", mimeType: "application/json", buffer: Buffer.from(text) };
    await page.getByLabel("From a file").setInputFiles(file);
  } else {
    await page.getByLabel("Or paste it here").fill(text);
    await page.getByRole("button", { name: "Import" }).click();
  }
  await page.getByText(counted).waitFor();
}

async function rate(page: Page, stars: number, note = "") {
  await rating(page)
    .getByRole("radio")
    .nth(stars - 1)
    .check({ force: true });
  if (note) await rating(page).getByRole("textbox").fill(note);
  const answer = page.waitForResponse((response) => new URL(response.url()).pathname === "/psr");
  await rating(page).getByRole("button", { name: "Send" }).click();
  return answer;
}

test("sign-in, its failure and sign-out arrive", async () => {
  const { page, context } = await visit(browser, stack);
  await page.getByLabel("Name").fill("ada");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect.poll(() => page.getByRole("alert").textContent()).toMatch(/do not belong/);
  await page.getByRole("button", { name: /^ada/ }).click();
  await page.getByRole("button", { name: "Sign out ada" }).click();
  await page.getByLabel("Password").waitFor();
  const names = ["auth.login.failure", "auth.login.success", "auth.logout"];
  const events = await stack.eventsUntil(
    (all) => names.every((name) => all.some(({ event }) => event === name)),
    "the three events of signing in and out",
  );
  const user = (name: string) => events.find(({ event }) => event === name)?.user_id;
  expect(user("auth.login.success")).toBe("ada00000-0000-4000-8000-000000000001");
  expect(user("auth.login.failure")).toBe("5e5e5e5e-0000-4000-8000-000000000001");
  await context.close();
});

test("each flow of the vault sends its event", async () => {
  const { page, context, complaints } = await signIn(browser, stack, "grace");
  const id = await create(page, `Flows ${randomUUID()}`, "Say it.", "one, two");
  for (const name of ["Copy", "Copy with front matter", "Copy as JSON"]) {
    const copied = page.waitForResponse((answer) => answer.url().includes("/copy?"));
    await page.getByRole("button", { name, exact: true }).click();
    await copied;
  }
  await page.getByLabel("Model").selectOption("gpt-4o");
  await page.getByRole("button", { name: "Share by link" }).click();
  const link = await page.getByLabel("Share link").inputValue();
  await fetch(link);
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Tags").fill("two, three, four");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Duplicate" }).click();
  await page.getByText("Duplicated as").waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  const listed = (query: string) =>
    page.waitForResponse((answer) => answer.url().endsWith(`/prompts?${query}`));
  await Promise.all([listed("q=plan"), page.getByRole("searchbox").fill("plan")]);
  // The page rightly drops a search that is given up before its list was there.
  await stack.eventsUntil(
    (all) => all.some(({ event }) => event === "vault.search_performed"),
    "the search",
  );
  await Promise.all([listed(""), page.getByRole("searchbox").fill("")]);
  await Promise.all([
    listed("collection=Hiring"),
    page.getByLabel("Collection").selectOption("Hiring"),
  ]);
  await page.getByRole("link", { name: "Import and export" }).click();
  const text = '[{"title": "t", "body": "b"}, 7]';
  await importText(page, "paste", text, "1 created, 0 here already, 1 unreadable");
  await importText(page, "file", text, "0 created, 1 here already, 1 unreadable");
  await page.getByRole("button", { name: "Download" }).click();
  const events = await stack.eventsUntil(
    (all) => all.some(({ event }) => event === "export.completed"),
    "the last event",
  );
  const ofThis = (name: string) => events.filter((event) => isAbout(event, id, name));
  expect(ofThis("prompt_copied").map(({ attributes }) => attributes.variant)).toEqual(
    expect.arrayContaining(["body", "front_matter", "json"]),
  );
  expect(ofThis("tags.added")[0]?.attributes.count).toBe(2);
  expect(ofThis("tags.removed")[0]?.attributes.count).toBe(1);
  expect(ofThis("models.selected")[0]?.attributes.model).toBe("gpt-4o");
  const imports = events.filter(({ event }) => event.startsWith("import."));
  expect(
    imports.map(({ event, attributes: { source, created, skipped, error_count } }) => [
      event,
      source ?? [created, skipped, error_count],
    ]),
  ).toEqual([
    ["import.started", "paste"],
    ["import.completed", [1, 0, 1]],
    ["import.started", "file"],
    ["import.completed", [0, 1, 1]],
  ]);
  const token = link.split("/").pop() as string;
  const tokens = ["share.created", "share.viewed", "share.revoked"].map(
    (name) => ofThis(name)[0]?.attributes.share_token,
  );
  expect(new Set(tokens).size).toBe(1);
  expect(tokens[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(events)).not.toContain(token);
  const names = new Set(events.map(({ event }) => event));
  for (const name of [
    "prompts.create",
    "prompts.update",
    "prompts.duplicate",
    "prompts.delete",
    "vault.search_performed",
    "vault.filtered_collection",
    "export.requested",
  ]) {
    expect(names).toContain(name);
  }
  expect(complaints).toEqual([]);
  await context.close();
});

test("a rating: by mouse, thanked for, and asked for again tomorrow only", async () => {
  const ada = await signIn(browser, stack);
  const id = await create(ada.page, `Rated ${randomUUID()}`);
  await copy(ada.page);
  await rating(ada.page).waitFor();
  expect(await ada.page.evaluate(() => document.activeElement?.textContent)).toBe("Copy");
  const answer = await rate(ada.page, 4, "Mail me at canary@example.com");
  expect(answer.status()).toBe(200);
  await ada.page.getByText("Thank you!").waitFor();
  expect(
    await stack.sql(`SELECT rating, note, version FROM psr_ratings WHERE prompt_id = '${id}'`),
  ).toEqual([[4, "Mail me at [email]", "v1"]]);

  await ada.page.reload();
  await copy(ada.page);
  await ada.page.waitForTimeout(500);
  expect(await rating(ada.page).count()).toBe(0);

  const elsewhere = await signIn(browser, stack);
  await elsewhere.page.goto(`/p/${id}`);
  const asked = elsewhere.page.waitForResponse((response) =>
    response.url().includes("/psr/eligibility"),
  );
  await copy(elsewhere.page);
  expect(await (await asked).json()).toMatchObject({ eligible: false, reason: "rated_today" });
  expect(await rating(elsewhere.page).count()).toBe(0);

  await stack.nextDay();
  await copy(elsewhere.page);
  await rating(elsewhere.page).waitFor();
  await ada.context.close();
  await elsewhere.context.close();
});

test("a rating by keyboard alone", async () => {
  const { page, context } = await signIn(browser, stack);
  const id = await create(page, `Keys ${randomUUID()}`);
  await page.getByRole("button", { name: "Copy", exact: true }).focus();
  await page.keyboard.press("Enter");
  await rating(page).waitFor();
  for (let tabs = 0; tabs < 12; tabs++) {
    await page.keyboard.press("Tab");
    if (await rating(page).evaluate((form) => form.contains(document.activeElement))) break;
  }
  const inStars = () => page.evaluate(() => (document.activeElement as HTMLInputElement).type);
  while ((await inStars()) !== "radio") await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.getByText("Thank you!").waitFor();
  expect(await stack.sql(`SELECT rating FROM psr_ratings WHERE prompt_id = '${id}'`)).toEqual([
    [3],
  ]);
  await context.close();
});

test("a dismissal counts for the day, on every device", async () => {
  const ada = await signIn(browser, stack);
  const id = await create(ada.page, `Dismissed ${randomUUID()}`);
  await copy(ada.page);
  await rating(ada.page).waitFor();
  const told = ada.page.waitForResponse((response) => response.url().endsWith("/psr/dismissals"));
  await rating(ada.page).getByRole("button", { name: "Dismiss" }).click();
  await told;
  expect(await rating(ada.page).count()).toBe(0);
  const elsewhere = await signIn(browser, stack);
  await elsewhere.page.goto(`/p/${id}`);
  const asked = elsewhere.page.waitForResponse((response) =>
    response.url().includes("/psr/eligibility"),
  );
  await copy(elsewhere.page);
  expect(await (await asked).json()).toMatchObject({ reason: "dismissed_today" });
  await ada.context.close();
  await elsewhere.context.close();
});

test.skipIf(!HAS_COLLECTOR)(
  "one trace leads from the click to the event and the rating",
  async () => {
    const { page, context } = await signIn(browser, stack);
    const id = await create(page, `Traced ${randomUUID()}`);
    await about(id, "prompts.create");
    const answer = await copy(page);
    const trace = (answer.headers().traceresponse ?? "").slice(3, 35);
    await rating(page).waitFor();
    await rate(page, 5);
    await page.getByText("Thank you!").waitFor();

    const events = await about(id, "prompt_copied");
    expect(events.find((event) => isAbout(event, id, "prompt_copied"))?.trace_id).toBe(trace);
    expect(await stack.sql(`SELECT trace_id FROM psr_ratings WHERE prompt_id = '${id}'`)).toEqual([
      [trace],
    ]);
    const steps = [
      "prompt-vault: GET /prompts/{prompt_id:uuid}/copy",
      "prompt-vault: vault.copy",
      "telesift-processor: POST /v1/logs",
      "telesift-psr: POST /psr",
    ];
    await until(
      async () => {
        const spans = (await stack.spans()).filter(({ traceId }) => traceId === trace);
        const seen = spans.map(({ service, name }) => `${service}: ${name}`);
        return steps.every((step) => seen.includes(step)) || undefined;
      },
      `${steps.join(", ")} in one trace`,
    );
    await context.close();
  },
);
