// SPDX-License-Identifier: Apache-2.0

import { asked, form, show, showAddress } from "./filters.js";
import { guard, onChange } from "./gate.js";
import { Panel } from "./panel.js";
import { PANELS } from "./panels.js";

const host = document.getElementById("panels");
const status = document.getElementById("status");
const panels = PANELS.map((spec) => new Panel(spec));
const AT_ONCE = 3; // the top of the page comes first; more at once only makes every panel late
let loading = new AbortController();

host.append(...panels.map((panel) => panel.root));

async function load() {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  showAddress();
  const query = location.search.slice(1);
  const waiting = [...panels];
  const loadNext = async () => {
    for (let panel = waiting.shift(); panel && !signal.aborted; panel = waiting.shift()) {
      const answer = await panel.load(query, signal);
      if (panel === panels[0] && !signal.aborted) {
        settle(answer, waiting);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loadNext));
  if (!signal.aborted) {
    status.textContent = "The panels are up to date.";
  }
}

/** Let the first answer say for all who may look, and how the filters were understood. */
function settle({ status: code, filters }, waiting) {
  if (guard(code, host)) {
    waiting.length = 0;
  } else if (filters) {
    show(filters);
  }
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
