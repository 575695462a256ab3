// SPDX-License-Identifier: Apache-2.0
import { init, track } from "@telesift/browser";
import { PsrPrompt } from "@telesift/browser/react";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import "@telesift/browser/psr.css";

init({
  serviceName: "host",
  enabled: import.meta.env.VITE_FEATURES_TELEMETRY !== "false",
});

function App() {
  const [copies, setCopies] = useState(0);
  const copy = () => {
    track("prompt_copied", { prompt_id: PROMPT, variant: "body", source: "card" });
    setCopies(copies + 1);
  };
  return (
    <>
      <button type="button" id="copy" onClick={copy}>
        Copy
      </button>
      {copies > 0 && <PsrPrompt key={copies} promptId={PROMPT} source="copy" />}
    </>
  );
}

const PROMPT = "0b6e7f3a-52c1-4d8e-9a47-1f0c6b2d9e11";
createRoot(document.querySelector("#root") as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
