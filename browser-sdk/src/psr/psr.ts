// SPDX-License-Identifier: Apache-2.0

import { backoff } from "../core/backoff.js";
import { state as page } from "../core/state.js";
import { PSR_ATTEMPTS, THANKS_MS } from "../limits.js";
import { hasAskedToday, rememberAsking } from "./memory.js";
import type { PsrOptions } from "./options.js";
import { createPsrService } from "./service.js";

/**
 * What to show: nothing, the question, the question while its answer is sent, the same while that
 * is tried again, or thanks.
 */
export type PsrState = "hidden" | "open" | "sending" | "retrying" | "thanks";

/** One headless prompt for a rating. Nothing here throws or rejects. */
export interface Psr {
  /** Open, if neither this browser nor the server objects. */
  ask(): Promise<void>;
  /** Report that the question was seen, once; `submit` and `dismiss` do so of themselves. */
  seen(): void;
  /** Send a rating of 1 to 5 and a note. Leads to thanks, or closes silently if it fails for good. */
  submit(rating: number, note?: string): Promise<void>;
  /** Close, and report the dismissal. */
  dismiss(): void;
  /** Close; a rating under way is still sent. */
  close(): void;
}

/** Prompts that a page asks about now: twice the same is once. */
const asking = /* @__PURE__ */ new Set<string>();

/** Statuses after which a rating is sent again. */
const RETRYABLE = [0, 429, 502, 503, 504];

/** Create a prompt for one rating; `onChange` receives what to show. */
export function createPsr(options: PsrOptions, onChange: (state: PsrState) => void): Psr {
  const { promptId: prompt_id, version, source = "copy" } = options;
  const about = { prompt_id, version, source };
  const call = createPsrService(options, page.trace?.());
  let state: PsrState = "hidden";
  let turn: object | undefined; // What was asked or sent in an earlier turn ends without a word.
  let impression = {};
  let reported = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(next: PsrState) {
    clearTimeout(timer);
    state = next;
    onChange(next);
  }

  function close() {
    if (turn) asking.delete(prompt_id);
    turn = undefined;
    show("hidden");
  }

  function seen() {
    if (state !== "open" || reported) return;
    reported = true;
    rememberAsking(prompt_id);
    void call("/impressions", impression);
  }

  return {
    async ask() {
      if (turn || asking.has(prompt_id) || hasAskedToday(prompt_id)) return;
      asking.add(prompt_id);
      turn = {};
      const mine = turn;
      const { body } = await call(`/eligibility?prompt_id=${encodeURIComponent(prompt_id)}`);
      if (mine !== turn) return;
      // The id joins the dismissal, and lets a request be repeated. Not on pages without https.
      impression = { ...about, id: crypto.randomUUID?.() };
      reported = false;
      if (body?.eligible) show("open");
      else close();
    },
    seen,
    async submit(rating, note) {
      if (state !== "open") return;
      seen();
      show("sending");
      const mine = turn;
      for (let attempt = 1; ; attempt++) {
        const { status, headers } = await call("", { ...about, rating, note: note || undefined });
        const stored = status >= 200 && status < 300;
        if (stored || attempt === PSR_ATTEMPTS || !RETRYABLE.includes(status)) {
          if (!stored) console.warn("[telesift] rating not stored:", status || "no answer");
          if (mine !== turn) return;
          if (!stored) return close();
          show("thanks");
          timer = setTimeout(close, THANKS_MS);
          return;
        }
        if (mine === turn) show("retrying");
        await new Promise((done) => setTimeout(done, backoff(attempt, headers)));
      }
    },
    dismiss() {
      seen();
      if (state === "open") void call("/dismissals", impression);
      close();
    },
    close,
  };
}
