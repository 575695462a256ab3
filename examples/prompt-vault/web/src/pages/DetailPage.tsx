// SPDX-License-Identifier: Apache-2.0
import { track } from "@telesift/browser";
import { useEffect, useState } from "react";
import { change, type Draft, duplicate, type Me, type Prompt, read, remove } from "../api";
import { CopyButtons } from "../parts/CopyButtons";
import { Link } from "../parts/Link";
import { ModelChoice } from "../parts/ModelChoice";
import { useNotice } from "../parts/Notice";
import { PromptForm } from "../parts/PromptForm";
import { Rating } from "../parts/Rating";
import { ShareBox } from "../parts/ShareBox";
import { Tags } from "../parts/Tags";
import { go } from "../route";
import { stopwatch } from "../telemetry";

/** What just happened that a rating may be asked for. */
interface Occasion {
  source: "copy" | "duplicate";
  at: number;
}

/** One prompt, and everything that can be done with it. */
export function DetailPage({ id, me }: { id: string; me: Me }) {
  const [prompt, setPrompt] = useState<Prompt | null>();
  const [editing, setEditing] = useState(false);
  const [occasion, setOccasion] = useState<Occasion>();
  const notify = useNotice();

  useEffect(() => {
    read(id).then(setPrompt, () => setPrompt(null));
  }, [id]);

  if (prompt === undefined) return <main aria-busy="true" />;
  if (prompt === null) {
    return (
      <main className="narrow">
        <h1>There is no such prompt</h1>
        <Link to="/">Back to the vault</Link>
      </main>
    );
  }

  async function save(former: Prompt, draft: Draft) {
    const elapsed = stopwatch();
    const changed = await change(id, draft);
    track("prompts.update", { prompt_id: id, source: "editor", latency_ms: elapsed() });
    trackTags(id, former.tags, changed.tags);
    setPrompt(changed);
    setEditing(false);
    notify("Saved");
  }

  async function copyIt() {
    const elapsed = stopwatch();
    const twin = await duplicate(id);
    track("prompts.duplicate", { prompt_id: id, source: "detail", latency_ms: elapsed() });
    notify(`Duplicated as “${twin.title}”`);
    if (me.features.psr_after_duplicate) setOccasion({ source: "duplicate", at: Date.now() });
  }

  async function deleteIt() {
    if (!confirm("Delete this prompt for good?")) return;
    const elapsed = stopwatch();
    await remove(id);
    track("prompts.delete", { prompt_id: id, source: "detail", latency_ms: elapsed() });
    notify("Deleted");
    go("/");
  }

  if (editing) {
    return (
      <main className="narrow">
        <h1>Edit prompt</h1>
        <PromptForm
          draft={prompt}
          onCancel={() => setEditing(false)}
          onSave={(draft) => save(prompt, draft)}
        />
      </main>
    );
  }

  const failed = () => notify("That did not work; try again in a moment.");
  return (
    <main className="narrow">
      <p className="collection">
        {prompt.collection || "No collection"} · version {prompt.version}
      </p>
      <h1>{prompt.title}</h1>
      <Tags tags={prompt.tags} />
      <pre className="panel body">{prompt.body}</pre>
      <div className="copying">
        <CopyButtons
          prompt={prompt}
          onCopied={() => setOccasion({ source: "copy", at: Date.now() })}
        />
        {occasion && <Rating key={occasion.at} prompt={prompt} me={me} source={occasion.source} />}
      </div>
      <ModelChoice prompt={prompt} onChange={setPrompt} />
      <ShareBox prompt={prompt} onChange={setPrompt} />
      <div className="row">
        <button type="button" onClick={() => setEditing(true)}>
          Edit
        </button>
        <button type="button" onClick={() => copyIt().catch(failed)}>
          Duplicate
        </button>
        <button type="button" className="danger" onClick={() => deleteIt().catch(failed)}>
          Delete
        </button>
      </div>
    </main>
  );
}

/** Say how many tags came and went; which ones is nobody's business. */
function trackTags(prompt_id: string, before: string[], after: string[]) {
  const added = after.filter((tag) => !before.includes(tag)).length;
  const removed = before.filter((tag) => !after.includes(tag)).length;
  if (added) track("tags.added", { prompt_id, count: added });
  if (removed) track("tags.removed", { prompt_id, count: removed });
}
