// SPDX-License-Identifier: Apache-2.0
// @telesift/browser/psr: ratings without a framework.

export { mountPsrPrompt } from "./psr/mount-psr-prompt.js";
export type { PsrOptions, PsrPromptOptions, PsrSource } from "./psr/options.js";
export { createPsr, type Psr, type PsrState } from "./psr/psr.js";
export type { PsrTexts } from "./psr/texts.js";
