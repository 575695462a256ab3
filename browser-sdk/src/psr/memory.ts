// SPDX-License-Identifier: Apache-2.0
// Spares the server a question, no more: the server decides, for all of a person's devices.

const key = (promptId: string) => `psr:last:${promptId}`;
const today = () => new Date().toISOString().slice(0, 10); // The server's days are UTC days, too.

/** Return whether this browser has asked about a prompt today. */
export function hasAskedToday(promptId: string): boolean {
  try {
    return localStorage.getItem(key(promptId)) === today();
  } catch {
    return false; // Storage is off: private mode, a sandboxed frame, a policy.
  }
}

/** Remember that this browser has asked about a prompt. */
export function rememberAsking(promptId: string): void {
  try {
    localStorage.setItem(key(promptId), today());
  } catch {} // Storage is off or full.
}
