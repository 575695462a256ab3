// SPDX-License-Identifier: Apache-2.0
// The compiler is the test: `npm run typecheck` fails where one of these lines means otherwise.

import { expectTypeOf, test } from "vitest";
import { type Client, type EventName, type EventProps, init, track } from "../../src/index.js";

const prompt_id = "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11";

declare const oneOfSeveral: "prompts.delete" | "share.created" | "prompts.update";

const mistakes = (client: Client) => {
  // @ts-expect-error: no such event
  track("prompt.copied");
  // @ts-expect-error: props are required
  track("prompt_copied");
  // @ts-expect-error: `source` is required
  track("prompt_copied", { prompt_id, variant: "body" });
  // @ts-expect-error: no such variant
  track("prompt_copied", { prompt_id, variant: "all", source: "card" });
  // @ts-expect-error: content is no attribute
  track("prompt_copied", { prompt_id, variant: "body", source: "card", title: "x" });
  // @ts-expect-error: a number is no string
  client.track("models.selected", { prompt_id, model: 4 });
  // @ts-expect-error: one of these events requires props
  track(oneOfSeveral);
  // @ts-expect-error: and not only those of the other
  track(oneOfSeveral, { latency_ms: 3 });
  // @ts-expect-error: no such option
  init({ endPoint: "/v1/logs" });

  track(oneOfSeveral, { prompt_id });
  track("auth.logout");
  track("auth.logout", { latency_ms: 3 });
  client.track("prompt_copied", { prompt_id, variant: "json", source: "detail" });
};

test("a wrong event does not compile", () => {
  expectTypeOf(mistakes).returns.toBeVoid(); // Compiled, never called.
});

test("names and props are the catalog's", () => {
  expectTypeOf<"prompt_copied">().toExtend<EventName>();
  expectTypeOf<EventProps["prompt_copied"]["variant"]>().toEqualTypeOf<
    "body" | "front_matter" | "json"
  >();
  expectTypeOf(init).returns.toEqualTypeOf<Client>();
});
