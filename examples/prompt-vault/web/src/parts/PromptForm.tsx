// SPDX-License-Identifier: Apache-2.0
import { type FormEvent, useState } from "react";
import type { Draft } from "../api";

interface Props {
  draft: Draft;
  onSave: (draft: Draft) => Promise<void>;
  onCancel: () => void;
}

/** Title, text, collection and tags of a prompt. */
export function PromptForm({ draft, onSave, onCancel }: Props) {
  const [problem, setProblem] = useState("");

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name)).trim();
    try {
      await onSave({
        title: text("title"),
        body: text("body"),
        collection: text("collection"),
        tags: [
          ...new Set(
            text("tags")
              .split(/\s*,\s*/)
              .filter(Boolean),
          ),
        ],
        model: draft.model,
      });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "");
    }
  }

  return (
    <form className="panel stack" onSubmit={submit}>
      <label className="field">
        Title
        <input name="title" defaultValue={draft.title} maxLength={200} required />
      </label>
      <label className="field">
        Prompt
        <textarea name="body" defaultValue={draft.body} maxLength={20000} rows={10} required />
      </label>
      <label className="field">
        Collection
        <input name="collection" defaultValue={draft.collection} maxLength={200} />
      </label>
      <label className="field">
        Tags, separated by commas
        <input name="tags" defaultValue={draft.tags.join(", ")} />
      </label>
      <p className="problem" role="alert">
        {problem}
      </p>
      <div className="row">
        <button className="primary" type="submit">
          Save
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
