// SPDX-License-Identifier: Apache-2.0
"use client";

import { track } from "@telesift/browser";
import { PsrPrompt } from "@telesift/browser/react";
import { useState } from "react";

/** The texts come from a Server Component: they are data. */
export function Copy({ promptId, texts }) {
  const [copies, setCopies] = useState(0);
  return (
    <>
      <button
        type="button"
        id="copy"
        onClick={() => {
          track("prompt_copied", { prompt_id: promptId, variant: "body", source: "card" });
          setCopies(copies + 1);
        }}
      >
        Copy
      </button>
      {copies > 0 && <PsrPrompt key={copies} promptId={promptId} texts={texts} />}
    </>
  );
}
