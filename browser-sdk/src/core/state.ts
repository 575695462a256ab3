// SPDX-License-Identifier: Apache-2.0

import type { Queued, TelemetryEvent, Trace } from "./event.js";
import type { InitOptions } from "./options.js";
import type { Sink } from "./sink.js";
import type { Answer } from "./transport.js";

/** What a page has one of, whatever the number of sinks: the entries of this package share it. */
interface State {
  /** The latest options. */
  options: InitOptions;
  /** Where events go. Before `init()`: nowhere, they wait in `early`. */
  sink?: Sink;
  early: Queued[];
  /** Drops that no server knows of: a sink reports those of the one before it, too. */
  unreported: number;
  /** Bytes of keepalive requests under way. */
  keepalive: number;
  /** Returns the active trace, where the application uses traces. */
  trace?: () => Trace | undefined;
  /** Changes an event before it leaves, or withholds it. */
  inspect?: <E extends TelemetryEvent>(event: E) => E | undefined;
  /** Explains what became of a request; development builds do. */
  explain?: (answer: Answer, options: InitOptions) => void;
}

export const state: State = { options: {}, early: [], unreported: 0, keepalive: 0 };
