// SPDX-License-Identifier: Apache-2.0

import { latestTraceparent } from "../core/trace.js";
import { THANKS_MS } from "../limits.js";
import { hasAskedToday, rememberAsking } from "./memory.js";
import type { PsrOptions } from "./options.js";
import { createPsrService } from "./service.js";

/** What to show: nothing, the question, the question while its answer is sent, or thanks. */
export type PsrState = "hidden" | "open" | "sending" | "thanks";

/** One headless prompt for a rating. Nothing here throws or rejects. */
export interface Psr {
  /** Open, if neither this browser nor the server objects. */
  ask(): Promise<void>;
  /** Send a rating of 1 to 5 and a note. Leads to thanks, or closes silently if it fails. */
  submit(rating: number, note?: string): Promise<void>;
  /** Close, and report the dismissal. */
  dismiss(): void;
  /** Close; what is under way changes nothing any more. */
  close(): void;
}

/** Create a prompt for one rating; `onChange` receives what to show. */
export function createPsr(options: PsrOptions, onChange: (state: PsrState) => void): Psr {
  const { promptId: prompt_id, version, source = "copy" } = options;
  const about = { prompt_id, version, source };
  const call = createPsrService(options, latestTraceparent());
  let state: PsrState = "hidden";
  let impression = {};
  let turn = 0; // What was asked in an earlier turn is answered too late.
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(next: PsrState) {
    clearTimeout(timer);
    turn++;
    state = next;
    onChange(next);
  }

  return {
    async ask() {
      if (state !== "hidden" || hasAskedToday(prompt_id)) return;
      const mine = ++turn;
      const answer = await call(`/eligibility?prompt_id=${encodeURIComponent(prompt_id)}`);
      if (mine !== turn || !answer?.eligible) return;
      rememberAsking(prompt_id);
      show("open");
      // The id joins the dismissal, and lets a request be repeated. Not on pages without https.
      impression = { ...about, id: crypto.randomUUID?.() };
      void call("/impressions", impression);
    },
    async submit(rating, note) {
      if (state !== "open") return;
      show("sending");
      const mine = turn;
      const stored = await call("", { ...about, rating, note: note || undefined });
      if (!stored) console.warn("[telesift] rating not stored");
      if (mine !== turn) return;
      show(stored ? "thanks" : "hidden");
      timer = setTimeout(show, THANKS_MS, "hidden");
    },
    dismiss() {
      if (state === "open") void call("/dismissals", impression);
      show("hidden");
    },
    close() {
      show("hidden");
    },
  };
}
