// SPDX-License-Identifier: Apache-2.0
import { track } from "@telesift/browser";
import { create } from "../api";
import { PromptForm } from "../parts/PromptForm";
import { go } from "../route";
import { stopwatch } from "../telemetry";

const EMPTY = { title: "", body: "", collection: "", tags: [], model: "" };

/** A new prompt. */
export function EditorPage() {
  return (
    <main className="narrow">
      <h1>New prompt</h1>
      <PromptForm
        draft={EMPTY}
        onCancel={() => go("/")}
        onSave={async (draft) => {
          const elapsed = stopwatch();
          const { id } = await create(draft);
          track("prompts.create", { prompt_id: id, source: "editor", latency_ms: elapsed() });
          go(`/p/${id}`);
        }}
      />
    </main>
  );
}
