// SPDX-License-Identifier: Apache-2.0

/** What the prompt says, in the page's language. */
export interface PsrTexts {
  question: string;
  /** The name of the choices together. */
  rating: string;
  /** The name of each choice. */
  stars: (count: number) => string;
  note: string;
  submit: string;
  dismiss: string;
  thanks: string;
}

/** English. */
export const TEXTS: PsrTexts = {
  question: "How well did this prompt work?",
  rating: "Rating",
  stars: (count) => `${count} of 5 stars`,
  note: "Note (optional)",
  submit: "Send",
  dismiss: "Dismiss",
  thanks: "Thank you!",
};
