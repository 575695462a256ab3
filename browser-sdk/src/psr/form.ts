// SPDX-License-Identifier: Apache-2.0

import { NOTE_CHARACTERS } from "../limits.js";
import { element } from "./element.js";
import type { Psr } from "./psr.js";
import type { PsrTexts } from "./texts.js";

/** Create the form: five stars as radio buttons, and once one is chosen, a note and its button. */
export function createForm(texts: PsrTexts, { submit, dismiss }: Psr): HTMLFormElement {
  let rating = 0;
  const count = element("span", { className: "psr-count" });
  const note = element("textarea", {
    maxLength: NOTE_CHARACTERS,
    ariaDescribedByElements: [count],
    oninput: showCount,
  });
  function showCount() {
    count.textContent = `${note.value.length} / ${NOTE_CHARACTERS}`;
  }

  function choose(value: number) {
    // Not before there is something to send: a text area costs more than all the rest.
    if (!rating) {
      showCount();
      close.before(
        element("label", { className: "psr-note" }, texts.note, note),
        count,
        element("button", { className: "psr-submit" }, texts.submit),
      );
    }
    rating = value;
  }

  const star = (value: number) =>
    element(
      "label",
      { className: "psr-star" },
      element("input", {
        type: "radio",
        name: "rating",
        required: true, // Enter on a star that is not chosen would send the form.
        ariaLabel: texts.stars(value),
        onchange: () => choose(value),
      }),
      element("span", { ariaHidden: "true" }, "★"),
    );
  const close = element("button", {
    className: "psr-dismiss",
    type: "button",
    ariaLabel: texts.dismiss,
    textContent: "×",
    onclick: dismiss,
  });
  return element(
    "form",
    {
      ariaLabel: texts.question,
      onsubmit(event) {
        event.preventDefault();
        submit(rating, note.value);
      },
    },
    element(
      "fieldset",
      { className: "psr-stars", ariaLabel: texts.rating },
      ...[1, 2, 3, 4, 5].map(star),
    ),
    close,
  );
}
