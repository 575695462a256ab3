// SPDX-License-Identifier: Apache-2.0

import type { Card } from "./card.js";
import { element } from "./element.js";
import type { PsrPromptOptions } from "./options.js";
import { createPsr, type PsrState } from "./psr.js";

/**
 * Ask for a rating inside an element: call it when the copy has succeeded.
 *
 * It may well decide not to appear. Where it does, it takes neither the focus nor any room.
 * The result takes it away.
 */
export function mountPsrPrompt(host: HTMLElement, options: PsrPromptOptions): () => void {
  const psr = createPsr(options, show);
  // In the page before it speaks: screen readers announce changes of a region that they know.
  const message = element("p", { className: "psr-message", role: "status" });
  const root = element(
    "div",
    { className: "psr" },
    element("div", { className: "psr-card" }, message),
  );
  let current: PsrState;
  let card: Card | undefined;

  async function show(state: PsrState) {
    current = state;
    if (!card && state === "open") {
      try {
        const { createCard } = await import("./card.js");
        card = createCard(root, message, psr, options);
      } catch {
        psr.close(); // The chunk cannot be loaded: no connection, or a new version is out.
      }
    }
    card?.show(current);
  }

  host.append(root);
  void psr.ask();
  return () => {
    psr.close();
    card?.remove();
    root.remove();
  };
}
