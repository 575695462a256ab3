// SPDX-License-Identifier: Apache-2.0

/** Return a text's characters as a person counts them, and as the server does. */
export function graphemes(text: string): string[] {
  // Firefox before 125 has no segmenter: there, code points.
  if (!Intl.Segmenter) return [...text];
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
