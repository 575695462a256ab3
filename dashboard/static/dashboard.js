// SPDX-License-Identifier: Apache-2.0

import { asked, form, show, showAddress } from "./filters.js";
import { guard, onChange } from "./gate.js";
import { Panel } from "./panel.js";
import { PANELS } from "./panels.js";

const host = document.getElementById("panels");
const status = document.getElementById("status");
const panels = PANELS.map((spec) => new Panel(spec));
const AT_ONCE = 3; // more at once only makes every panel late
let loading = new AbortController();

host.append(...panels.map((panel) => panel.root));

async function load() {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  showAddress();
  const query = location.search.slice(1);
  const [first, ...waiting] = panels;
  // The first answer says for all whether one may look, and it is what is read first.
  const isOpen = settle(await first.load(query, signal), signal);
  const loadNext = async () => {
    while (isOpen && waiting.length > 0 && !signal.aborted) {
      await waiting.shift().load(query, signal);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loadNext));
  if (isOpen && !signal.aborted) {
    status.textContent = "The panels are up to date.";
  }
}

/** Close the page, or let the form show how the filters were understood; tells whether to go on. */
function settle({ status: code, filters, problem }, signal) {
  if (signal.aborted || guard(code, problem, host)) {
    return false;
  }
  if (filters) {
    show(filters);
  }
  return true;
}

function go(address) {
  history.pushState(null, "", address);
  load();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  go(asked());
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("#clear, a[data-filter]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    go(link.getAttribute("href"));
  }
});
addEventListener("popstate", load);
onChange(load);
load();
