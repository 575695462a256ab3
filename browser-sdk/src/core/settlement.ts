// SPDX-License-Identifier: Apache-2.0

import type { Queued } from "./event.js";
import { rejectedRecords } from "./otlp.js";
import type { Stats } from "./sink.js";
import { type Answer, PAGE_LEFT, TIMED_OUT, UNREACHABLE } from "./transport.js";

/** Statuses to retry after. https://opentelemetry.io/docs/specs/otlp/#failures-1 */
const RETRYABLE = [UNREACHABLE, 429, 502, 503, 504];

/** Count what became of a batch. Return the events to retry; undefined: there is no need to wait. */
export function settle(batch: Queued[], { status, text }: Answer, stats: Stats) {
  const { length } = batch;
  stats.queued -= length;
  if (RETRYABLE.includes(status)) return batch;
  if (status === TIMED_OUT) {
    // Once more, with the same uids: the server forgets those that it has seen.
    const again = batch.filter((event) => !event.timeouts++);
    stats.unconfirmed += length - again.length;
    return again;
  }
  if (!hasArrived(status)) stats.dropped += length;
  else if (status === PAGE_LEFT) stats.unconfirmed += length;
  else {
    const rejected = status === 400 ? length : rejectedRecords(text);
    stats.rejected += rejected;
    stats.sent += length - rejected;
  }
  return undefined;
}

/** Return whether a request has reached the server, with the drops that it reported. */
export const hasArrived = (status: number): boolean => status > UNREACHABLE && status <= 400;
