// SPDX-License-Identifier: Apache-2.0
import { track } from "@telesift/browser";
import { change, type Prompt } from "../api";
import { stopwatch } from "../telemetry";
import { useNotice } from "./Notice";

const MODELS = ["claude-sonnet-4", "gpt-4o", "gemini-2.5-pro", "llama3:70b", "mistral-large"];

/** Which language model the prompt is meant for. */
export function ModelChoice({
  prompt,
  onChange,
}: {
  prompt: Prompt;
  onChange: (prompt: Prompt) => void;
}) {
  const notify = useNotice();

  async function choose(model: string) {
    const elapsed = stopwatch();
    try {
      onChange(await change(prompt.id, { model }));
      track("models.selected", { prompt_id: prompt.id, model, latency_ms: elapsed() });
      notify("Saved");
    } catch {
      notify("That did not work; try again in a moment.");
    }
  }

  const models = [...new Set([prompt.model, ...MODELS])].filter(Boolean);
  return (
    <label className="field">
      Model
      <select value={prompt.model} onChange={(event) => choose(event.target.value)}>
        {!prompt.model && <option value="">None yet</option>}
        {models.map((model) => (
          <option key={model}>{model}</option>
        ))}
      </select>
    </label>
  );
}
