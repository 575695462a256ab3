// SPDX-License-Identifier: Apache-2.0

import { warnOfFault } from "./fault.js";

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

/** An event in the queue. It gets its uid when it is encoded, once, so that `track()` stays cheap. */
export interface Queued extends Omit<TelemetryEvent, "uid"> {
  /** The W3C trace context that was active. */
  readonly traceparent: string | undefined;
  /** The OTLP LogRecord, once it has been encoded: a repeated request carries the same bytes. */
  json: string | undefined;
  /** How often it was sent without an answer in time. */
  timeouts: number;
}

/** Record an event: what the caller does to `props` later does not matter. */
export function capture(event: string, props: object | undefined, traceparent?: string): Queued {
  if (__DEV__) warnOfFault(event, props);
  return {
    event,
    props: { ...props } as Record<string, Value>,
    time: Date.now(),
    traceparent,
    json: undefined,
    timeouts: 0,
  };
}
