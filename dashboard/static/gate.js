// SPDX-License-Identifier: Apache-2.0

const gate = document.getElementById("gate");
const signIn = document.getElementById("sign-in");
const signOut = document.getElementById("sign-out");
const isDev = document.body.dataset.authMode === "dev";

const TEXTS = {
  401: ["Who are you?", isDev
    ? "Sign in with a token of AUTH_DEV_TOKENS that has the role analyst."
    : "Sign in to the application that this dashboard belongs to, then look again."],
  403: ["Not for you", "The dashboard is for people with the role analyst."],
};

/** Put the gate in the panels' place where the status says so; tells whether it did. */
export function guard(status, panels) {
  const isClosed = status in TEXTS;
  gate.hidden = !isClosed;
  panels.hidden = isClosed;
  signIn.hidden = !isClosed || !isDev;
  document.getElementById("hosts").hidden = document.getElementById("retry").hidden = isDev;
  signOut.hidden = !isDev || status === 401;
  document.getElementById("filters").hidden = status === 401;
  if (isClosed) {
    const [title, text] = TEXTS[status];
    document.getElementById("gate-title").textContent = title;
    document.getElementById("gate-text").textContent = text;
  }
  return isClosed;
}

/** Let the form and the button do their work; calls `then` when somebody came or left. */
export function onChange(then) {
  signIn.addEventListener("submit", async (event) => {
    event.preventDefault();
    const token = signIn.elements.token.value;
    const answer = await fetch("/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    document.getElementById("sign-in-error").textContent = answer.ok ? "" : "Nobody has this token.";
    if (answer.ok) {
      signIn.reset();
      then();
    }
  });
  signOut.addEventListener("click", async () => {
    await fetch("/session", { method: "DELETE" });
    then();
  });
}
