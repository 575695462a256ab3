// SPDX-License-Identifier: Apache-2.0

import type { InitOptions } from "./options.js";

/** Return whether this page may send anything at all. Only `true` enables, and only `false` overrules. */
export function maySend(options: InitOptions): boolean {
  const asks = navigator as Navigator & { globalPrivacyControl?: boolean };
  return (
    { enabled: true, ...options }.enabled === true &&
    (options.respectDoNotTrack === false || asks.doNotTrack !== "1") &&
    (options.respectGPC === false || !asks.globalPrivacyControl)
  );
}
