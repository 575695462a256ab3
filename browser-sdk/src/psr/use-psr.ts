// SPDX-License-Identifier: Apache-2.0

import { useEffect, useMemo, useState } from "react";
import type { PsrOptions } from "./options.js";
import { createPsr, type Psr, type PsrState } from "./psr.js";
import { useLatest } from "./use-latest.js";

/** What `usePsr` returns: a headless prompt for a rating. */
export interface UsePsr extends Pick<Psr, "ask" | "seen" | "submit" | "dismiss"> {
  /** What to show now. */
  state: PsrState;
}

/**
 * Ask for ratings with markup of your own: call `ask()` when the copy has succeeded, and `seen()`
 * when the question is in view.
 */
export function usePsr(options: PsrOptions): UsePsr {
  const { promptId, version, source } = options;
  const [state, setState] = useState<PsrState>("hidden");
  const latest = useLatest(options);
  const psr = useMemo(
    () => createPsr(Object.assign(latest, { promptId, version, source }), setState),
    [latest, promptId, version, source],
  );
  useEffect(() => psr.close, [psr]);
  const { ask, seen, submit, dismiss } = psr;
  return { state, ask, seen, submit, dismiss };
}
