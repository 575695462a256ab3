// SPDX-License-Identifier: Apache-2.0

import type { InitOptions } from "./options.js";

/** Return whether this page may send anything at all. */
export function maySend({
  enabled = true,
  respectDoNotTrack = true,
  respectGPC = true,
}: InitOptions): boolean {
  // Rendering on a server: its process serves many people and has no page to leave.
  if (!enabled || !globalThis.document) return false;
  const asks = navigator as Navigator & { globalPrivacyControl?: boolean };
  return !(
    (respectDoNotTrack && asks.doNotTrack === "1") ||
    (respectGPC && asks.globalPrivacyControl)
  );
}
