// SPDX-License-Identifier: Apache-2.0

import { withTrace } from "@telesift/browser";
import { mountPsrPrompt } from "@telesift/browser/psr";
import { options } from "./options.js";

let unmount = () => {};

document.querySelector<HTMLElement>("#copy")?.addEventListener("click", () => {
  unmount();
  const here = document.querySelector<HTMLElement>("#here");
  if (here) unmount = mountPsrPrompt(here, options());
});

/** Another prompt on the same page. */
function mountAgain(where: HTMLElement, more: object = {}) {
  return mountPsrPrompt(where, { ...options(), ...more });
}

Object.assign(window, { mountAgain, unmount: () => unmount(), withTrace });
