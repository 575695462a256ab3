// SPDX-License-Identifier: Apache-2.0
import type { Me } from "../api";
import { Link } from "./Link";

/** Where one is, and what one can do from everywhere. */
export function Header({ me, onSignOut }: { me: Me; onSignOut: () => void }) {
  return (
    <header className="top">
      <Link to="/" className="brand">
        <img src="/icon.svg" alt="" width="28" height="28" /> Prompt Vault
      </Link>
      <nav aria-label="Main">
        <Link to="/new">New prompt</Link>
        <Link to="/transfer">Import and export</Link>
        {me.services.dashboard && <a href={me.services.dashboard}>Dashboard</a>}
      </nav>
      <button type="button" className="quiet" onClick={onSignOut}>
        Sign out {me.name}
      </button>
    </header>
  );
}
