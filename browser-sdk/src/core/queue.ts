// SPDX-License-Identifier: Apache-2.0

import { EVENTS_PER_REQUEST } from "../limits.js";
import type { Queued } from "./event.js";
import { utf8Length } from "./utf8.js";

/** Take one request's worth off a queue: so many bytes at most, but so many events at least. */
export function takeBatch(
  queue: Queued[],
  bytes: number,
  least: number,
  encode: (event: Queued) => string | undefined,
): Queued[] {
  const batch: Queued[] = [];
  const candidates = queue.splice(0); // What `beforeSend` itself tracks is for another request.
  let taken = 0;
  for (const event of candidates) {
    if (batch.length === EVENTS_PER_REQUEST) break;
    event.json ??= encode(event);
    if (event.json) {
      bytes -= utf8Length(event.json) + 1; // With the comma.
      if (bytes < 0 && batch.length >= least) break;
      batch.push(event);
    }
    taken++;
  }
  queue.unshift(...candidates.slice(taken));
  return batch;
}
