// SPDX-License-Identifier: Apache-2.0

import { type ReactElement, useEffect, useRef } from "react";
import { mountPsrPrompt } from "./mount-psr-prompt.js";
import type { PsrPromptOptions } from "./options.js";
import { useLatest } from "./use-latest.js";

/**
 * Ask for a rating where this is rendered: render it when the copy has succeeded.
 *
 * It may well decide not to appear. Where it does, it takes neither the focus nor any room.
 * Another prompt, version, source or `key` asks anew; later texts, headers and the like are
 * followed from their next use.
 */
export function PsrPrompt(options: PsrPromptOptions): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const latest = useLatest(options);
  const { promptId, version, source } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what a prompt is about
  useEffect(
    () => mountPsrPrompt(host.current as HTMLDivElement, latest),
    [promptId, version, source],
  );
  return <div ref={host} />;
}
