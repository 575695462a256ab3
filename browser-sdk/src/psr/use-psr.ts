// SPDX-License-Identifier: Apache-2.0

import { useEffect, useMemo, useState } from "react";
import type { PsrOptions } from "./options.js";
import { createPsr, type Psr, type PsrState } from "./psr.js";

/** What `usePsr` returns: a headless prompt for a rating. */
export interface UsePsr extends Pick<Psr, "ask" | "submit" | "dismiss"> {
  /** What to show now. */
  state: PsrState;
}

/** Ask for ratings with markup of your own: call `ask()` when the copy has succeeded. */
export function usePsr(options: PsrOptions): UsePsr {
  const { promptId, version, source } = options;
  const [state, setState] = useState<PsrState>("hidden");
  // biome-ignore lint/correctness/useExhaustiveDependencies: headers may be new at each rendering
  const psr = useMemo(() => createPsr(options, setState), [promptId, version, source]);
  useEffect(() => psr.close, [psr]);
  return { state, ask: psr.ask, submit: psr.submit, dismiss: psr.dismiss };
}
