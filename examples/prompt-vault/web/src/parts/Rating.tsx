// SPDX-License-Identifier: Apache-2.0
import { PsrPrompt } from "@telesift/browser/react";
import "@telesift/browser/psr.css";
import type { Me, Prompt } from "../api";

interface Props {
  prompt: Prompt;
  me: Me;
  source: "copy" | "duplicate";
}

/** Asks how well a prompt worked. Whether it appears is the PSR service's decision. */
export function Rating({ prompt, me, source }: Props) {
  if (!me.features.psr) return null;
  return (
    <div className="rating">
      <PsrPrompt promptId={prompt.id} version={`v${prompt.version}`} source={source} />
    </div>
  );
}
