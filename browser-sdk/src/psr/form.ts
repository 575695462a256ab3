// SPDX-License-Identifier: Apache-2.0

import { NOTE_CHARACTERS } from "../limits.js";
import { element } from "./element.js";
import { graphemes } from "./graphemes.js";
import type { Psr } from "./psr.js";
import type { PsrTexts } from "./texts.js";

/** Create the form: five stars as radio buttons, and once one is chosen, a note and its button. */
export function createForm(texts: PsrTexts, { submit, dismiss }: Psr): HTMLFormElement {
  let rating = 0;
  const count = element("span", { className: "psr-count", dir: "ltr" });
  const note = element("textarea", { ariaDescribedByElements: [count], oninput: clamp });

  function clamp(event?: Event) {
    const characters = graphemes(note.value);
    const kept = Math.min(characters.length, NOTE_CHARACTERS);
    // Not while characters are being composed: the input method would lose its place.
    if (kept < characters.length && !(event as InputEvent).isComposing) {
      const { selectionStart } = note;
      note.value = characters.slice(0, kept).join("");
      note.setSelectionRange(selectionStart, selectionStart);
    }
    count.textContent = `${kept} / ${NOTE_CHARACTERS}`;
  }

  function choose(value: number) {
    // Not before there is something to send: a text area costs more than all the rest.
    if (!rating) {
      clamp();
      close.before(
        element("label", { className: "psr-note" }, texts.note, note),
        count,
        element("button", { className: "psr-submit" }, texts.submit),
      );
    }
    rating = value;
    // Not `:has(:checked)`: WebKit leaves stars lit that are no longer chosen.
    stars.dataset.rating = `${value}`;
  }

  const star = (value: number) =>
    element(
      "label",
      { className: "psr-star" },
      element("input", {
        type: "radio",
        name: "rating",
        ariaLabel:
          typeof texts.stars === "string"
            ? texts.stars.replace("{count}", `${value}`)
            : texts.stars(value),
        onchange: () => choose(value),
      }),
      element("span", { ariaHidden: "true" }, "★"),
    );
  const stars = element(
    "fieldset",
    { className: "psr-stars", ariaLabel: texts.rating },
    ...[1, 2, 3, 4, 5].map(star),
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
        if (rating) submit(rating, note.value); // Enter on a star that is not chosen submits, too.
      },
    },
    stars,
    close,
  );
}
