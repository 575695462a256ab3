// SPDX-License-Identifier: Apache-2.0

import type { Queued } from "./event.js";
import { utf8Length } from "./utf8.js";

/** Remove one request's worth from a queue: so many bytes and so many events at most. */
export function takeBatch(
  queue: Queued[],
  bytes: number,
  events: number,
  encode: (event: Queued) => string | undefined,
): Queued[] {
  const batch: Queued[] = [];
  for (let event = queue[0]; event && batch.length < events; event = queue[0]) {
    event.json ??= encode(event);
    if (event.json) {
      bytes -= utf8Length(event.json) + 1; // With the comma.
      if (bytes < 0) break;
      batch.push(event);
    }
    queue.shift();
  }
  return batch;
}
