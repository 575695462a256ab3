// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";
import { table } from "./tables.js";

/** A panel of the page: its heading, its picture or what is said instead, its data and its SQL. */
export class Panel {
  #spec;
  #body = element("div", { class: "body", "aria-busy": "true" });
  #below = element("div", {});

  constructor(spec) {
    this.#spec = spec;
    const id = `${spec.name}-title`;
    this.root = element(
      "section",
      { class: spec.wide ? "panel wide" : "panel", id: spec.name, "aria-labelledby": id },
      element("h2", { id }, spec.title),
      ...(spec.about ? [element("p", {}, spec.about)] : []),
      this.#body,
      this.#below,
    );
    this.#say("Loading…");
  }

  get name() {
    return this.#spec.name;
  }

  /** Fetch and draw; gives the answer's filters, or the problem that stood in the way. */
  async load(query, signal) {
    this.#body.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`api/${this.name}?${query}`, { signal, headers: { Accept: "application/json" } });
      const document = await answer.json();
      if (!answer.ok) {
        this.#fail(document.detail, document.trace_id, query, signal);
        return { status: answer.status, problem: document };
      }
      this.#draw(document.table, query);
      return { status: answer.status, filters: document.filters };
    } catch (error) {
      if (error.name === "AbortError") {
        return { status: 0 };
      }
      this.#fail("The dashboard does not answer.", "", query, signal);
      return { status: 0, problem: {} };
    } finally {
      if (!signal.aborted) {
        this.#body.setAttribute("aria-busy", "false");
      }
    }
  }

  #draw(data, query) {
    const isEmpty = data.rows.length === 0 || this.#spec.isEmpty?.(data.rows);
    if (isEmpty) {
      this.#say(data.sql ? "Nothing here for these filters." : "Nothing here yet.");
    } else {
      this.#spec.draw(this.#body, data.rows);
    }
    const rows = this.#spec.columns && !isEmpty ? [this.#tableInstead(data.rows)] : [];
    this.#below.replaceChildren(...rows, source(this.#spec, data, query));
  }

  #tableInstead(rows) {
    const { title, columns } = this.#spec;
    const details = element("details", {}, element("summary", {}, `${title}: as a table`));
    details.addEventListener("toggle", () => details.append(table(title, columns, rows)), { once: true });
    return details;
  }

  #say(text) {
    this.#body.replaceChildren(element("p", { class: "state" }, text));
  }

  #fail(detail, trace, query, signal) {
    const again = element("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => this.load(query, signal));
    const words = [detail, ...(trace ? [element("br"), element("small", {}, `Trace ${trace}`)] : [])];
    this.#body.replaceChildren(
      element("div", { class: "state error" }, element("span", { role: "alert" }, ...words), again),
    );
    this.#below.replaceChildren();
  }
}

function source({ name, title }, data, query) {
  const csv = element(
    "a",
    { href: `api/${name}.csv?${query}`, download: true, "aria-label": `${title}: download as CSV` },
    "Download as CSV",
  );
  return element(
    "details",
    {},
    element("summary", {}, `${title}: ${data.sql ? "SQL" : "request"} and CSV`),
    element("pre", { tabindex: "0", "aria-label": `${title}: where it is from` }, data.sql ?? data.request),
    csv,
  );
}
