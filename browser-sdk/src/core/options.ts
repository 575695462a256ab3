// SPDX-License-Identifier: Apache-2.0

import type { TelemetryEvent } from "./event.js";

/** What `init()` takes; everything is optional. */
export interface InitOptions {
  /** Where OTLP logs go. Default: `/v1/logs` of the page's own origin. */
  endpoint?: string;
  /** Default: `console` in development builds, `otlp` in all others. */
  sink?: "otlp" | "console";
  /** False makes everything a no-op: map your feature flag onto it. Default: true. */
  enabled?: boolean;
  /** The resource's `service.name`. */
  serviceName?: string;
  /** The resource's `service.version`. */
  serviceVersion?: string;
  /** Request headers, such as a bearer token; a function is asked before each request. */
  headers?: Record<string, string> | (() => Record<string, string>);
  /** Whether cookies go along. Default: `same-origin`; `include` for another origin's. */
  credentials?: RequestCredentials;
  /** The visit, where the server cannot tell it from the session. */
  sessionId?: string;
  /**
   * Changes an event before it leaves, or holds it back with null.
   * If it throws, the event does not leave; what it tracks itself is ignored.
   */
  beforeSend?: (event: TelemetryEvent) => TelemetryEvent | null;
  /** Send nothing when the browser says `doNotTrack`. Default: true. */
  respectDoNotTrack?: boolean;
  /** Send nothing when the browser says `globalPrivacyControl`. Default: true. */
  respectGPC?: boolean;
  /** The longest an event waits for company, in milliseconds. Default: 5000. */
  flushInterval?: number;
  /** Events held while they cannot be sent; the oldest go first. Default: 200. */
  maxQueue?: number;
  /** How long a request may take, in milliseconds. Default: 200. */
  timeout?: number;
  /** The active W3C `traceparent`, if your tracing has one; asked at each `track()`. */
  traceContext?: () => string | undefined;
}
