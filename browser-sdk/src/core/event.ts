// SPDX-License-Identifier: Apache-2.0

import { warnOfFault } from "./fault.js";
import { now } from "./now.js";
import type { RequestHeaders } from "./options.js";
import { state } from "./state.js";

/** A property's value as `track()` takes it. */
export type Value = string | number | boolean | null | undefined;

/** An event as `beforeSend` sees it, and may change it. */
export interface TelemetryEvent {
  /** The event's catalogued name. */
  event: string;
  /** Its properties, copied at the time of the call. */
  props: Record<string, Value>;
  /** When it happened: milliseconds since 1970. */
  readonly time: number;
  /** Its UUID; a repeated request carries the same one. */
  readonly uid: string;
}

/** A W3C trace context, in the two forms in which it travels. */
export interface Trace {
  /** Its parts, as members of an OTLP record. */
  readonly members: string;
  readonly headers: RequestHeaders;
}

/** An event in the queue. It gets its uid when it is encoded, once, so that `track()` stays cheap. */
export interface Queued extends Omit<TelemetryEvent, "uid"> {
  /** The trace that was active. */
  readonly trace: Trace | undefined;
  /** The OTLP LogRecord, once it has been encoded: a repeated request carries the same bytes. */
  json?: string | undefined;
}

/** Record an event: what the caller does to `props` later does not matter. */
export function capture(event: string, props?: object): Queued {
  if (__DEV__) warnOfFault(event, props);
  return {
    event: `${event}`, // Whatever plain JavaScript passes: it must not spoil the batch.
    props: { ...props } as Record<string, Value>,
    time: now(),
    trace: state.trace?.(),
  };
}
