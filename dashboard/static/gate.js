// SPDX-License-Identifier: Apache-2.0

const page = (id) => document.getElementById(id);
const signIn = page("sign-in");
const signOut = page("sign-out");
const isDev = document.body.dataset.authMode === "dev";

const TEXTS = {
  400: ["These filters cannot be read", ""],
  401: ["Who are you?", isDev
    ? "Sign in with a token of AUTH_DEV_TOKENS that has the role analyst."
    : "Sign in to the application that this dashboard belongs to, then look again."],
  403: ["Not for you", "The dashboard is for people with the role analyst."],
};

/** Put the gate in the panels' place where the status says so; tells whether it did. */
export function guard(status, problem, panels) {
  const isClosed = status in TEXTS;
  const isStranger = status === 401 || status === 403;
  page("gate").hidden = !isClosed;
  panels.hidden = isClosed;
  page("filters").hidden = isStranger;
  signIn.hidden = !(isStranger && isDev);
  page("elsewhere").hidden = !(isStranger && !isDev);
  signOut.hidden = !isDev || status === 401;
  if (isClosed) {
    const [title, text] = TEXTS[status];
    page("gate-title").textContent = title;
    page("gate-text").textContent = text || problem.detail;
    page("status").textContent = title;
  }
  return isClosed;
}

/** Let the form and the button do their work; calls `then` when somebody came or left. */
export function onChange(then) {
  signIn.addEventListener("submit", async (event) => {
    event.preventDefault();
    const token = signIn.elements.token.value;
    const answer = await fetch("session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    page("sign-in-error").textContent = answer.ok ? "" : "Nobody has this token.";
    if (answer.ok) {
      signIn.reset();
      then();
    }
  });
  signOut.addEventListener("click", async () => {
    await fetch("session", { method: "DELETE" });
    then();
  });
}
