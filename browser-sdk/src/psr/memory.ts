// SPDX-License-Identifier: Apache-2.0
// Spares the server a question, no more: the server decides, for all of a person's devices.

const PREFIX = "psr:last:";
const today = () => new Date().toISOString().slice(0, 10); // The server's days are UTC days, too.

/** Return whether this browser has asked about a prompt today. */
export function hasAskedToday(promptId: string): boolean {
  try {
    return localStorage.getItem(PREFIX + promptId) === today();
  } catch {
    return false; // Storage is off: private mode, a sandboxed frame, a policy.
  }
}

/** Remember that this browser has asked about a prompt, and forget other days. */
export function rememberAsking(promptId: string): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && localStorage[key] !== today()) localStorage.removeItem(key);
    }
    localStorage.setItem(PREFIX + promptId, today());
  } catch {} // Storage is off or full.
}
