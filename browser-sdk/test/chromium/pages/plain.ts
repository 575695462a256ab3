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

Object.assign(window, { unmount: () => unmount(), withTrace });
