// SPDX-License-Identifier: Apache-2.0

import { EVENTS_PER_REQUEST } from "../limits.js";
import type { Queued } from "./event.js";
import { utf8Length } from "./utf8.js";

/** Remove one request's worth from a queue: so many bytes at most, but so many events at least. */
export function takeBatch(
  queue: Queued[],
  bytes: number,
  least: number,
  encode: (event: Queued) => string | undefined,
): Queued[] {
  const batch: Queued[] = [];
  for (let event = queue[0]; event && batch.length < EVENTS_PER_REQUEST; event = queue[0]) {
    event.json ??= encode(event);
    if (event.json) {
      bytes -= utf8Length(event.json) + 1; // With the comma.
      if (bytes < 0 && batch.length >= least) break;
      batch.push(event);
    }
    queue.shift();
  }
  return batch;
}
