// SPDX-License-Identifier: Apache-2.0

import { count, drop, type Stats } from "./sink.js";
import { state } from "./state.js";
import { type Answer, PAGE_LEFT, TIMED_OUT, UNREACHABLE } from "./transport.js";

/**
 * Statuses to retry after, with the same uids: the server forgets those that it has seen.
 * https://opentelemetry.io/docs/specs/otlp/#failures-1
 */
const RETRYABLE = [TIMED_OUT, UNREACHABLE, 401, 429, 502, 503, 504];

/**
 * Count what became of a batch, and of the drops that its request reported.
 * Return whether to retry.
 */
export function settle(
  { length }: readonly unknown[],
  drops: number,
  { status, body }: Answer,
  stats: Stats,
): boolean | undefined {
  if (status === PAGE_LEFT) count(stats, "unconfirmed", length);
  else if (status > UNREACHABLE && status < 401) {
    const rejected = status === 400 ? length : rejectedRecords(body);
    count(stats, "rejected", rejected);
    count(stats, "sent", length - rejected);
  } else {
    state.unreported += drops;
    return RETRYABLE.includes(status) || drop(stats, length);
  }
  return undefined;
}

/** Return how many of a request's records the server rejected. */
export const rejectedRecords = (answer: unknown): number =>
  +((answer as PartialSuccess)?.partialSuccess?.rejectedLogRecords as string) || 0;

/** The answer to an OTLP request. 64-bit integers are strings in protobuf's JSON. */
export interface PartialSuccess {
  partialSuccess?: { rejectedLogRecords?: number | string; errorMessage?: string };
}
