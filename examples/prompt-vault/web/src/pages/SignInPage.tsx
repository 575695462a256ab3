// SPDX-License-Identifier: Apache-2.0
import { track } from "@telesift/browser";
import { type FormEvent, useState } from "react";
import { signIn } from "../api";
import { stopwatch } from "../telemetry";

const DEMO = [
  { name: "ada", password: "analytical-engine" },
  { name: "grace", password: "first-compiler" },
];

/** Asks who is there. The back end reports failures: there is no session yet to do it with. */
export function SignInPage({ onSignedIn }: { onSignedIn: () => Promise<void> }) {
  const [problem, setProblem] = useState("");

  async function enter(name: string, password: string) {
    const elapsed = stopwatch();
    setProblem("");
    try {
      await signIn(name, password);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "");
      return;
    }
    track("auth.login.success", { latency_ms: elapsed() });
    await onSignedIn();
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void enter(String(form.get("name")), String(form.get("password")));
  }

  return (
    <main className="sign-in">
      <form className="panel stack" onSubmit={submit}>
        <h1>
          <img src="/icon.svg" alt="" width="32" height="32" /> Prompt Vault
        </h1>
        <label className="field">
          Name
          <input name="name" autoComplete="username" required />
        </label>
        <label className="field">
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <p className="problem" role="alert">
          {problem}
        </p>
        <button className="primary" type="submit">
          Sign in
        </button>
      </form>
      <section className="stack demo" aria-label="Demo users">
        <p>This is a demo, and these are its users:</p>
        {DEMO.map(({ name, password }) => (
          <button key={name} type="button" onClick={() => enter(name, password)}>
            <strong>{name}</strong> <code>{password}</code>
          </button>
        ))}
      </section>
    </main>
  );
}
