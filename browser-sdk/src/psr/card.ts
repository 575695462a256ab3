// SPDX-License-Identifier: Apache-2.0
// Loaded when somebody is asked, which most page views are not.

import { createForm } from "./form.js";
import type { PsrPromptOptions } from "./options.js";
import type { Psr, PsrState } from "./psr.js";
import { TEXTS } from "./texts.js";

/** What the page need not learn of: shortcuts are for elsewhere, and its forms are not changed. */
const PRIVATE_EVENTS = ["keydown", "keypress", "keyup", "input", "change", "submit", "click"];

/** From where Escape dismisses the prompt, which never took the focus: nothing here has one of its own. */
const LEAVES_ESCAPE =
  "body,a,button:not([aria-expanded=true]),[role=button]:not([aria-expanded=true])";

/** What has the first claim on Escape, unless the focus is in the prompt. */
const MODALS = "dialog[open],[aria-modal=true]";

/** The share of the card that has to be in view. */
const SEEN_SHARE = 0.5;

/** How near the card comes to the edge of the page. */
const EDGE_PX = 8;

/** The visible part of a prompt. */
export interface Card {
  show(state: PsrState): void;
  remove(): void;
}

/** Create the card of a prompt inside of its root, around its status message. */
export function createCard(
  root: HTMLElement,
  message: HTMLElement,
  psr: Psr,
  options: PsrPromptOptions,
): Card {
  const card = message.parentElement as HTMLElement;
  let form: HTMLFormElement | undefined;
  let before: Element | null | undefined; // What had the focus when the prompt appeared.

  /** Also inside of a shadow root, whose host is all that the document knows of. */
  const focused = () => (root.getRootNode() as Document | ShadowRoot).activeElement;

  const observer = new IntersectionObserver(([entry]) => entry && onView(entry), {
    threshold: [0, SEEN_SHARE, 1],
  });

  /** Keep the card inside of the page; asked is who has seen it: not hidden, clipped or below the fold. */
  function onView({
    boundingClientRect: { left, right },
    intersectionRatio,
  }: IntersectionObserverEntry) {
    const shift =
      Math.min(document.documentElement.clientWidth - EDGE_PX - right, 0) ||
      Math.max(EDGE_PX - left, 0);
    if (shift) card.style.translate = `${shift}px`;
    const visible = card.checkVisibility?.({ opacityProperty: true, visibilityProperty: true });
    if (intersectionRatio >= SEEN_SHARE && visible !== false) psr.seen();
  }

  function onKey(event: KeyboardEvent) {
    const { key, isComposing, defaultPrevented } = event;
    // Half-typed characters come first.
    if (!form || key !== "Escape" || isComposing || defaultPrevented) return;
    const target = event.composedPath()[0] as Element;
    const free = target.matches?.(LEAVES_ESCAPE) && !document.querySelector(MODALS);
    if (!free && !card.contains(target)) return;
    event.preventDefault(); // One prompt at a time.
    psr.dismiss();
  }

  function onPrivate(event: Event) {
    if (event.type === "keydown") onKey(event as KeyboardEvent);
    event.stopPropagation();
  }

  for (const type of PRIVATE_EVENTS) root.addEventListener(type, onPrivate);
  addEventListener("keydown", onKey);
  return {
    show(state) {
      root.dataset.state = state;
      const texts = { ...TEXTS, ...options.texts };
      if (state === "sending") return;
      if (state === "retrying") {
        message.textContent = texts.retrying;
        return;
      }
      const hadFocus = card.contains(focused());
      form?.remove();
      form = undefined;
      message.textContent = state === "thanks" ? texts.thanks : "";
      if (state === "open") {
        before = focused();
        message.textContent = texts.question;
        form = createForm(texts, psr);
        card.append(form);
        observer.observe(card);
      } else {
        observer.disconnect();
        card.style.translate = "";
        // Or the keyboard would start again at the page's top.
        if (hadFocus) (before as HTMLElement | null)?.focus();
      }
    },
    remove() {
      removeEventListener("keydown", onKey);
      observer.disconnect();
    },
  };
}
