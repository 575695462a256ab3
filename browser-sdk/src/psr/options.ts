// SPDX-License-Identifier: Apache-2.0

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
  /** The PSR service. Default: `/psr` of the page's own origin. */
  endpoint?: string;
  /** Request headers, such as a bearer token; a function is asked before each request. */
  headers?: Record<string, string> | (() => Record<string, string>);
  /** Whether cookies go along. Default: `same-origin`; `include` for another origin's. */
  credentials?: RequestCredentials;
}
