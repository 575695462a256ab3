// SPDX-License-Identifier: Apache-2.0
// @telesift/browser/react: ratings in React.

"use client"; // React servers leave it to the browser.

export type { PsrOptions, PsrPromptOptions, PsrSource } from "./psr/options.js";
export type { PsrState } from "./psr/psr.js";
export { PsrPrompt } from "./psr/psr-prompt.js";
export type { PsrTexts } from "./psr/texts.js";
export { type UsePsr, usePsr } from "./psr/use-psr.js";
