// SPDX-License-Identifier: Apache-2.0

import { NOTE_CHARACTERS } from "../limits.js";
import { element } from "./element.js";
import type { Psr } from "./psr.js";
import type { PsrTexts } from "./texts.js";

/** Make the form: five stars as radio buttons, a note with its count, two buttons. */
export function createForm(texts: PsrTexts, { submit, dismiss }: Psr): HTMLFormElement {
  let rating = 0;
  const stars = [1, 2, 3, 4, 5].map((value) =>
    element(
      "label",
      { className: "psr-star" },
      element("input", {
        type: "radio",
        name: "rating",
        required: true,
        ariaLabel: texts.stars(value),
        onchange: () => {
          rating = value;
        },
      }),
      element("span", { ariaHidden: "true" }, "★"),
    ),
  );
  const count = element("span", { className: "psr-count" });
  const note = element("textarea", {
    maxLength: NOTE_CHARACTERS,
    ariaDescribedByElements: [count],
    oninput: showCount,
  });
  function showCount() {
    count.textContent = `${note.value.length} / ${NOTE_CHARACTERS}`;
  }
  showCount();
  return element(
    "form",
    {
      ariaLabel: texts.question,
      onsubmit(event) {
        event.preventDefault();
        submit(rating, note.value);
      },
    },
    element("fieldset", { className: "psr-stars", ariaLabel: texts.rating }, ...stars),
    element("label", { className: "psr-note" }, texts.note, note),
    count,
    element("button", { className: "psr-submit" }, texts.submit),
    element("button", {
      className: "psr-dismiss",
      type: "button",
      ariaLabel: texts.dismiss,
      textContent: "×",
      onclick: dismiss,
    }),
  );
}
