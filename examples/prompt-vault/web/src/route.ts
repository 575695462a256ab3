// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from "react";

const MOVED = "vault:moved";

/** Go to another of our pages. */
export function go(path: string) {
  history.pushState(null, "", path);
  dispatchEvent(new Event(MOVED));
  scrollTo(0, 0);
}

/** The path that the page shows, kept up to date. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}

function subscribe(changed: () => void) {
  for (const event of ["popstate", MOVED]) addEventListener(event, changed);
  return () => {
    for (const event of ["popstate", MOVED]) removeEventListener(event, changed);
  };
}
