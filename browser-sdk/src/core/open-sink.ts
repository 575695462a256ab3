// SPDX-License-Identifier: Apache-2.0

import { maySend } from "./consent.js";
import type { InitOptions } from "./options.js";
import { createOtlpSink } from "./otlp-sink.js";
import { localSink, type Sink } from "./sink.js";

/** Choose where the events of a page go. */
export function openSink(options: InitOptions): Sink {
  if (!maySend(options)) return localSink(() => {});
  const { sink = __DEV__ ? "console" : "otlp" } = options;
  if (sink === "otlp") return createOtlpSink(options);
  return localSink(({ event, props }) => console.info("[telesift]", event, props));
}
