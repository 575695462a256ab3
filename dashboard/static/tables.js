// SPDX-License-Identifier: Apache-2.0

import { element, svg } from "./elements.js";
import { count } from "./format.js";

const MOST_ROWS = 50;

/**
 * Draw rows as a table that can be scrolled by keyboard, at first its top alone.
 * A column is {label, cell: row => text or node, name?, words?, mark?}: `name` is the row's heading,
 * `words` are no figures, and a `mark` is a picture of the figures beside it, so that its own
 * heading is for screen readers.
 */
export function table(caption, columns, rows) {
  const head = element("tr", {}, ...columns.map(heading));
  const drawn = (some) => some.map((row) => element("tr", {}, ...columns.map((column) => cell(column, row))));
  const body = element("tbody", {}, ...drawn(rows.slice(0, MOST_ROWS)));
  const scroll = element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": `${caption}: table` },
    element(
      "table",
      {},
      element("caption", { class: "visually-hidden" }, caption),
      element("thead", {}, head),
      body,
    ),
  );
  if (rows.length <= MOST_ROWS) {
    return scroll;
  }
  const more = element("button", { type: "button", class: "more" }, `Show all ${count(rows.length)}`);
  more.addEventListener("click", () => {
    body.append(...drawn(rows.slice(MOST_ROWS)));
    scroll.focus();
    more.remove();
  });
  return element("div", {}, scroll, more);
}

function heading({ label, name, words: isWords, mark }) {
  const words = mark ? element("span", { class: "visually-hidden" }, label) : label;
  return element("th", { scope: "col", class: (name && "name") || (isWords && "words") }, words);
}

function cell({ name, words, mark, cell: draw }, row) {
  if (name) {
    return element("th", { scope: "row", class: "name" }, draw(row));
  }
  return element("td", { class: (mark && "mark") || (words && "words") }, draw(row));
}

/** Draw a bar as long as a share of the cell; the figure stands in a cell of its own. */
export function bar(share, kind = "") {
  return picture(
    svg("rect", { class: `bar ${kind}`, y: 2, height: 8, width: 100 * Math.max(0, Math.min(1, share)) }),
  );
}

/** Draw an interval and the value within it, on a scale from `from` to `to`. */
export function interval(low, value, high, from, to) {
  const at = (figure) => (100 * (figure - from)) / (to - from);
  return picture(
    svg("line", { class: "track", x1: 0, x2: 100, y1: 6, y2: 6 }),
    svg("rect", { class: "span", x: at(low), width: Math.max(0.5, at(high) - at(low)), y: 2, height: 8 }),
    svg("rect", { class: "point", x: at(value) - 0.75, width: 1.5, y: 0, height: 12 }),
  );
}

function picture(...shapes) {
  const attributes = { viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true" };
  return svg("svg", attributes, ...shapes);
}
