// SPDX-License-Identifier: Apache-2.0

/** Request headers by name. */
export type RequestHeaders = Record<string, string>;

/** Request headers, or a function that returns them or a promise of them. */
export type HeadersOption =
  | RequestHeaders
  | (() => RequestHeaders | undefined | Promise<RequestHeaders | undefined>);

/** What `init()` takes; everything is optional. */
export interface InitOptions {
  /** Where OTLP logs go. Default: `/v1/logs` of the page's own origin. */
  endpoint?: string;
  /** Default: `console` in development builds, `otlp` in all others. */
  sink?: "otlp" | "console";
  /** Map your feature flag onto it: everything but `true` makes everything a no-op. Default: true. */
  enabled?: boolean;
  /** The resource's `service.name`. */
  serviceName?: string;
  /** The resource's `service.version`. */
  serviceVersion?: string;
  /** Request headers, such as a bearer token; a function is asked before each request. */
  headers?: HeadersOption;
  /** Whether cookies go along. Default: `same-origin`; `include` for another origin's. */
  credentials?: RequestCredentials;
  /** Where ratings go; `PsrPrompt` also uses these headers and credentials. Default: `/psr`. */
  psrEndpoint?: string;
  /** The visit, where the server cannot tell it from the session. */
  sessionId?: string;
  /** Send nothing when the browser says `doNotTrack`. Default: true. */
  respectDoNotTrack?: boolean;
  /** Send nothing when the browser says `globalPrivacyControl`. Default: true. */
  respectGPC?: boolean;
  /** The longest an event waits for company, in milliseconds. Default: 5000. */
  flushInterval?: number;
  /** Events held while they cannot be sent; the oldest go first. Default: 200. */
  maxQueue?: number;
  /** Events per request; `/telemetry/config` tells what the server accepts. Default: 50. */
  eventsPerRequest?: number;
  /** How long a request may take, in milliseconds; each failure in a row doubles it. Default: 10000. */
  timeout?: number;
}
