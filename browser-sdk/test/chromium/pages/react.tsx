// SPDX-License-Identifier: Apache-2.0

import { withTrace } from "@telesift/browser";
import { PsrPrompt } from "@telesift/browser/react";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { options } from "./options.js";

function Prompt() {
  const [copies, setCopies] = useState(0);
  useEffect(() => {
    const copied = () => setCopies((count) => count + 1);
    const button = document.querySelector("#copy");
    button?.addEventListener("click", copied);
    return () => button?.removeEventListener("click", copied);
  }, []);
  return copies > 0 && <PsrPrompt key={copies} {...options()} />;
}

const here = document.querySelector("#here");
if (here) {
  const root = createRoot(here);
  root.render(
    <StrictMode>
      <Prompt />
    </StrictMode>,
  );
  Object.assign(window, { unmount: () => root.unmount(), withTrace });
}
