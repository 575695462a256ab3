// SPDX-License-Identifier: Apache-2.0

import { element } from "./element.js";
import { createForm } from "./form.js";
import type { PsrOptions } from "./options.js";
import { createPsr, type PsrState } from "./psr.js";
import { type PsrTexts, TEXTS } from "./texts.js";

/** The options of the rendered prompt. */
export interface PsrPromptOptions extends PsrOptions {
  /** Texts in place of the English ones. */
  texts?: Partial<PsrTexts>;
}

/**
 * Ask for a rating inside an element: call it when the copy has succeeded.
 *
 * It may well decide not to appear. Where it does, it takes neither the focus nor any room.
 * The result takes it away.
 */
export function mountPsrPrompt(host: HTMLElement, options: PsrPromptOptions): () => void {
  const texts = { ...TEXTS, ...options.texts };
  const psr = createPsr(options, show);
  // In the page before it speaks: screen readers announce changes of a region that they know.
  const message = element("p", { className: "psr-message", role: "status" });
  const card = element("div", { className: "psr-card" }, message);
  const root = element("div", { className: "psr" }, card);
  let form: HTMLFormElement | undefined;
  let before: HTMLElement | null | undefined; // What had the focus when the prompt appeared.

  function show(state: PsrState) {
    root.dataset.state = state;
    if (state === "sending") return;
    const hadFocus = card.contains(document.activeElement);
    form?.remove();
    message.textContent = state === "thanks" ? texts.thanks : "";
    if (state === "open") {
      before = document.activeElement as HTMLElement | null;
      message.textContent = texts.question;
      form = createForm(texts, psr);
      card.append(form);
    } else if (hadFocus) before?.focus(); // Or the keyboard would start again at the page's top.
  }

  function onKey({ key, isComposing, defaultPrevented }: KeyboardEvent) {
    // Wherever the focus is, since the prompt never took it. Half-typed characters come first.
    if (key === "Escape" && !isComposing && !defaultPrevented) psr.dismiss();
  }

  addEventListener("keydown", onKey);
  host.append(root);
  void psr.ask();
  return () => {
    removeEventListener("keydown", onKey);
    psr.close();
    root.remove();
  };
}
