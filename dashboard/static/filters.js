// SPDX-License-Identifier: Apache-2.0

/** The filters live in the page's address; the form shows what the address says. */
export const form = document.getElementById("filters");

const NAMES = ["from", "to", "prompt_id", "version", "source"];

/** Give the address of the page with the filters as they are, and a few changed. */
export function href(changed) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changed)) {
    query.set(name, value);
  }
  return `?${query}`;
}

/** Give the address that the form asks for: what is blank is not filtered by. */
export function asked() {
  const query = new URLSearchParams(
    [...new FormData(form)].filter(([, value]) => value !== "").map(([name, value]) => [name, value.trim()]),
  );
  return query.size ? `?${query}` : ".";
}

/** Let the form show filters; those that it cannot are left as they are. */
export function show(filters) {
  for (const name of NAMES) {
    form.elements[name].value = filters[name] ?? "";
  }
}

/** Let the form show what the address says, until an answer says how it was understood. */
export const showAddress = () => show(Object.fromEntries(new URLSearchParams(location.search)));
