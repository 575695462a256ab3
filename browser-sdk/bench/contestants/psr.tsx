// SPDX-License-Identifier: Apache-2.0

import { PsrPrompt } from "@telesift/browser/react";
import { useState } from "react";
import { createRoot } from "react-dom/client";

/** A page around the prompt, which React need not look at again. */
const paragraphs = Array.from({ length: 200 }, (_, index) => (
  // biome-ignore lint/suspicious/noArrayIndexKey: they never change
  <p key={index}>You are a careful lawyer. Read what follows and list what it obliges.</p>
));

function App() {
  const [copies, setCopies] = useState(0);
  return (
    <main>
      <h1>Summarise a contract</h1>
      <button type="button" id="copy" onClick={() => setCopies((count) => count + 1)}>
        Copy
      </button>
      {copies > 0 && <PsrPrompt key={copies} promptId={crypto.randomUUID()} version="3" />}
      {paragraphs}
    </main>
  );
}

const root = document.querySelector("#root");
if (root) createRoot(root).render(<App />);
