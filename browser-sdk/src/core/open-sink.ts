// SPDX-License-Identifier: Apache-2.0

import { maySend } from "./consent.js";
import type { Queued } from "./event.js";
import type { InitOptions } from "./options.js";
import { createOtlpSink } from "./otlp-sink.js";
import { localSink, nothing, type Sink } from "./sink.js";

/** Choose where the events of a page go. */
export function openSink(options: InitOptions): Sink {
  // Rendering on a server: its process serves many people and has no page to leave.
  const enabled = globalThis.document && maySend(options);
  const prints = (__DEV__ ? (options.sink ?? "console") : options.sink) === "console";
  if (enabled && !prints) return createOtlpSink(options);
  return localSink(__DEV__ && enabled ? print : nothing);
}

function print({ event, props }: Queued) {
  console.info("[telesift]", event, props);
}
