// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from "react";
import { type Found, type Me, type Search, search } from "../api";
import { Filters } from "../parts/Filters";
import { useNotice } from "../parts/Notice";
import { PromptCard } from "../parts/PromptCard";
import { stopwatch, trackSearch } from "../telemetry";

const TYPING_MS = 300;

/** Everything in the vault, or what a search finds. */
export function ListPage({ me }: { me: Me }) {
  const [wanted, setWanted] = useState<Search>({ q: "", collection: "", tag: "" });
  const [found, setFound] = useState<Found>();
  const notify = useNotice();

  useEffect(() => {
    let outdated = false;
    const timer = setTimeout(
      async () => {
        const elapsed = stopwatch();
        try {
          const answer = await search(wanted);
          if (outdated) return;
          setFound(answer);
          await trackSearch(wanted, answer, elapsed());
        } catch {
          notify("The vault does not answer; try again in a moment.");
        }
      },
      wanted.q ? TYPING_MS : 0,
    );
    return () => {
      outdated = true;
      clearTimeout(timer);
    };
  }, [wanted, notify]);

  if (!found) return <main aria-busy="true" />;
  return (
    <main>
      <h1 className="hidden">Your prompts</h1>
      <Filters found={found} wanted={wanted} onChange={setWanted} />
      <p className="count" role="status">
        {found.items.length === 1 ? "1 prompt" : `${found.items.length} prompts`}
      </p>
      {found.items.length === 0 && <p className="empty">Nothing here answers to that.</p>}
      <ul className="cards">
        {found.items.map((prompt) => (
          <li key={prompt.id}>
            <PromptCard prompt={prompt} me={me} />
          </li>
        ))}
      </ul>
    </main>
  );
}
