// SPDX-License-Identifier: Apache-2.0
import { track } from "@telesift/browser";
import { useState } from "react";
import { exportAll, type ImportCounts, importText } from "../api";
import { useNotice } from "../parts/Notice";
import { stopwatch } from "../telemetry";

/** Prompts in, prompts out. */
export function TransferPage() {
  return (
    <main className="narrow">
      <h1>Import and export</h1>
      <ImportBox />
      <ExportBox />
    </main>
  );
}

function ImportBox() {
  const [counts, setCounts] = useState<ImportCounts>();
  const [text, setText] = useState("");
  const notify = useNotice();

  async function take(content: string, source: "file" | "paste") {
    const elapsed = stopwatch();
    track("import.started", { source });
    try {
      const done = await importText(content, source);
      track("import.completed", { ...done, latency_ms: elapsed() });
      setCounts(done);
      setText("");
    } catch {
      notify("That could not be imported.");
    }
  }

  return (
    <section className="panel stack" aria-labelledby="import">
      <h2 id="import">Import</h2>
      <p>JSON as the export writes it, or one prompt with front matter.</p>
      <label className="field">
        From a file
        <input
          type="file"
          accept=".json,.md,.txt"
          onChange={async (event) => {
            const [file] = event.target.files ?? [];
            if (file) await take(await file.text(), "file");
          }}
        />
      </label>
      <label className="field">
        Or paste it here
        <textarea rows={6} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <div className="row">
        <button className="primary" type="button" onClick={() => take(text, "paste")}>
          Import
        </button>
      </div>
      <p role="status">
        {counts &&
          `${counts.created} created, ${counts.skipped} here already, ${counts.error_count} unreadable`}
      </p>
    </section>
  );
}

function ExportBox() {
  const notify = useNotice();

  async function hand() {
    const elapsed = stopwatch();
    track("export.requested");
    try {
      const everything = await exportAll();
      download("prompts.json", JSON.stringify(everything, null, 2));
      track("export.completed", {
        result_count: everything.prompts.length,
        latency_ms: elapsed(),
      });
    } catch {
      notify("The export did not work; try again in a moment.");
    }
  }

  return (
    <section className="panel stack" aria-labelledby="export">
      <h2 id="export">Export</h2>
      <p>All your prompts in one file.</p>
      <div className="row">
        <button type="button" onClick={hand}>
          Download
        </button>
      </div>
    </section>
  );
}

function download(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
