// SPDX-License-Identifier: Apache-2.0

import { type ReactElement, useEffect, useRef } from "react";
import { mountPsrPrompt, type PsrPromptOptions } from "./mount-psr-prompt.js";

/**
 * Ask for a rating where this is rendered: render it when the copy has succeeded.
 *
 * It may well decide not to appear. Where it does, it takes neither the focus nor any room.
 * Another prompt, version, source or `key` asks anew.
 */
export function PsrPrompt(options: PsrPromptOptions): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const { promptId, version, source } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: texts may be new at each rendering
  useEffect(
    () => mountPsrPrompt(host.current as HTMLDivElement, options),
    [promptId, version, source],
  );
  return <div ref={host} />;
}
