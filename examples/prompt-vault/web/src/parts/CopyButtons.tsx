// SPDX-License-Identifier: Apache-2.0
import type { Prompt, Variant } from "../api";
import { copyPrompt } from "../copy";
import { useNotice } from "./Notice";

const VARIANTS: [Variant, string][] = [
  ["body", "Copy"],
  ["front_matter", "Copy with front matter"],
  ["json", "Copy as JSON"],
];

/** The three forms in which a prompt can be taken along. */
export function CopyButtons({ prompt, onCopied }: { prompt: Prompt; onCopied: () => void }) {
  const notify = useNotice();

  async function copy(variant: Variant) {
    try {
      await copyPrompt(prompt, variant, "detail");
      notify("Copied");
      onCopied();
    } catch {
      notify("That could not be copied.");
    }
  }

  return (
    <div className="row">
      {VARIANTS.map(([variant, label]) => (
        <button
          key={variant}
          type="button"
          className={variant === "body" ? "primary" : undefined}
          onClick={() => copy(variant)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
