// SPDX-License-Identifier: Apache-2.0

import type { PsrPromptOptions } from "@telesift/browser/react";

const GERMAN = {
  question: "Wie gut hat dieser Prompt funktioniert?",
  rating: "Bewertung",
  stars: "{count} von 5 Sternen",
  note: "Anmerkung (freiwillig)",
  submit: "Senden",
  dismiss: "Schließen",
  retrying: "Noch keine Verbindung. Neuer Versuch …",
  thanks: "Danke!",
};

/** The prompt of the test pages; `?lang=de` gives it German texts. */
export const options = (): PsrPromptOptions => ({
  promptId: "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11",
  version: "3",
  source: "copy",
  headers: () => ({ authorization: "Bearer token" }),
  ...(location.search.includes("lang=de") && { texts: GERMAN }),
});
