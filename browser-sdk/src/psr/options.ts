// SPDX-License-Identifier: Apache-2.0

import type { HeadersOption } from "../core/options.js";
import type { PsrTexts } from "./texts.js";

/** What led to asking for a rating. */
export type PsrSource = "copy" | "duplicate" | "manual" | "other";

/** Whom to ask about what, and where ratings go. */
export interface PsrOptions {
  /** The prompt's UUID. */
  promptId: string;
  /** The prompt's version. */
  version?: string;
  /** What led to asking. Default: `copy`. */
  source?: PsrSource;
  /** The PSR service. Default: `psrEndpoint` of `init()`, or else `/psr` of the page's own origin. */
  endpoint?: string;
  /** Request headers, or a function that is asked before each request. Default: those of `init()`. */
  headers?: HeadersOption;
  /** Whether cookies go along. Default: as `init()` has it. */
  credentials?: RequestCredentials;
}

/** The options of the rendered prompt. */
export interface PsrPromptOptions extends PsrOptions {
  /** Texts in place of the English ones. */
  texts?: Partial<PsrTexts>;
}
