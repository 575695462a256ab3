// SPDX-License-Identifier: Apache-2.0
// Every number that bounds what the SDK does, in one place.

/** The server accepts this many events per request (`GET /telemetry/config`). */
export const EVENTS_PER_REQUEST = 50;

/** Events held while they cannot be sent; the oldest go first. */
export const QUEUE_EVENTS = 200;

/** Events wait this long for company, at most. */
export const FLUSH_INTERVAL_MS = 5_000;

/** An idle moment that does not come within this time is not waited for. */
export const IDLE_PATIENCE_MS = 1_000;

/** An ordinary request that takes longer has an unknown outcome. */
export const TIMEOUT_MS = 200;

/** The one repetition of a timed-out request waits this many times longer: its answer settles it. */
export const REPEAT_PATIENCE = 50;

/**
 * Bytes of keepalive requests under way.
 * Browsers allow 64 KiB to a whole page, others' keepalive requests included; more is refused.
 * https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
 */
export const KEEPALIVE_BYTES = 60_000;

/** The first wait after a failure; it doubles with each further one. */
export const BACKOFF_FIRST_MS = 1_000;

/** The longest wait of our own choice. */
export const BACKOFF_LONGEST_MS = 60_000;

/** The longest wait that a server may ask for. */
export const RETRY_AFTER_LONGEST_MS = 3_600_000;

/** An answer's trace belongs to events that follow this soon; later ones have another cause. */
export const TRACE_LIFETIME_MS = 10_000;

/** A rating's note, in characters; the server clamps longer ones. */
export const NOTE_CHARACTERS = 280;

/** How long thanks for a rating stay. */
export const THANKS_MS = 4_000;
