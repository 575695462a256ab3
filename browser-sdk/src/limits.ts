// SPDX-License-Identifier: Apache-2.0
// Every number that bounds what the SDK does, in one place.

/** Events per request, unless `eventsPerRequest` says what the server accepts. */
export const EVENTS_PER_REQUEST = 50;

/** Bytes of one encoded event: the server rejects larger ones, so they are dropped here. */
export const EVENT_BYTES = 4_096;

/** Events held while they cannot be sent; the oldest go first. */
export const QUEUE_EVENTS = 200;

/** Events wait this long for company, at most. */
export const FLUSH_INTERVAL_MS = 5_000;

/** An idle moment that does not come within this time is not waited for. */
export const IDLE_PATIENCE_MS = 1_000;

/**
 * A request that takes longer has an unknown outcome. Each failure in a row adds as much again.
 * It never blocks the page (ADR "time-out of a browser's request").
 */
export const TIMEOUT_MS = 10_000;

/** How many times as long the time-out becomes, at most. */
export const TIMEOUT_GROWTH = 6;

/** Refusals for want of credentials in a row, after which the page stops. */
export const ATTEMPTS_UNAUTHORISED = 4;

/**
 * Bytes of the events in a request, and of keepalive requests under way together.
 * Browsers allow 64 KiB to a whole page, others' keepalive requests included; more is refused.
 * What is left is for the head of a request.
 * https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
 */
export const REQUEST_BYTES = 60_000;

/** A keepalive request wants as much of the quota: room for the largest of events and a head. */
export const KEEPALIVE_LEAST_BYTES = 8_192;

/** Doubled by each failure in a row it is the least wait; up to as much again comes by chance. */
export const BACKOFF_MS = 250;

/** The longest of these waits, without what comes by chance. */
export const BACKOFF_LONGEST_MS = 30_000;

/** The longest wait that a server may ask for. */
export const RETRY_AFTER_LONGEST_MS = 3_600_000;

/** An answer's trace belongs to events that follow this soon; later ones have another cause. */
export const TRACE_LIFETIME_MS = 10_000;

/** A rating's note, in characters as a person counts them; the server clamps longer ones. */
export const NOTE_CHARACTERS = 280;

/** A request to the PSR service that takes longer counts as unanswered. */
export const PSR_TIMEOUT_MS = 10_000;

/** Attempts to store a rating. */
export const PSR_ATTEMPTS = 5;

/** How long thanks for a rating stay. */
export const THANKS_MS = 4_000;
