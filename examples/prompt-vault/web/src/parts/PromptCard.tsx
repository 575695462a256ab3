// SPDX-License-Identifier: Apache-2.0
import { useState } from "react";
import type { Me, Prompt } from "../api";
import { copyPrompt } from "../copy";
import { Link } from "./Link";
import { useNotice } from "./Notice";
import { Rating } from "./Rating";
import { Tags } from "./Tags";

/** A prompt in a list, with the one thing that most people come for: Copy. */
export function PromptCard({ prompt, me }: { prompt: Prompt; me: Me }) {
  const [copies, setCopies] = useState(0);
  const notify = useNotice();

  async function copy() {
    try {
      await copyPrompt(prompt, "body", "card");
      setCopies((count) => count + 1);
      notify("Copied");
    } catch {
      notify("That could not be copied.");
    }
  }

  return (
    <article className="panel card">
      <p className="collection">{prompt.collection || "No collection"}</p>
      <h2>
        <Link to={`/p/${prompt.id}`}>{prompt.title}</Link>
      </h2>
      <p className="excerpt">{prompt.body}</p>
      <Tags tags={prompt.tags} />
      <footer>
        <span className="model">{prompt.model}</span>
        <button type="button" onClick={copy} aria-label={`Copy ${prompt.title}`}>
          Copy
        </button>
      </footer>
      {copies > 0 && <Rating key={copies} prompt={prompt} me={me} source="copy" />}
    </article>
  );
}
