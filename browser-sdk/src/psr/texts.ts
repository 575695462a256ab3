// SPDX-License-Identifier: Apache-2.0

/** What the prompt says, in the page's language. */
export interface PsrTexts {
  question: string;
  /** The name of the choices together. */
  rating: string;
  /** The name of each choice: `{count}` stands for the number; a function for languages that need one. */
  stars: string | ((count: number) => string);
  note: string;
  submit: string;
  dismiss: string;
  /** What stands beside the button while a rating is sent again. */
  retrying: string;
  thanks: string;
}

/** English. */
export const TEXTS: PsrTexts = {
  question: "How well did this prompt work?",
  rating: "Rating",
  stars: "{count} of 5 stars",
  note: "Note (optional)",
  submit: "Send",
  dismiss: "Dismiss",
  retrying: "No connection yet. Trying again…",
  thanks: "Thank you!",
};
