// SPDX-License-Identifier: Apache-2.0
import { track } from "@telesift/browser";
import { copyText, type Prompt, type Variant } from "./api";
import { stopwatch } from "./telemetry";

/** Put a prompt on the clipboard. */
export async function copyPrompt({ id }: Prompt, variant: Variant, source: "card" | "detail") {
  const elapsed = stopwatch();
  const text = copyText(id, variant).then(
    (answer) => new Blob([answer.text], { type: "text/plain" }),
  );
  // A promise, not its value: Safari allows the clipboard only in the click itself.
  await navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]);
  track("prompt_copied", { prompt_id: id, variant, source, latency_ms: elapsed() });
}
