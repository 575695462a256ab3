// SPDX-License-Identifier: Apache-2.0

import { KEEPALIVE_BYTES, QUEUE_EVENTS, REPEAT_PATIENCE, TIMEOUT_MS } from "../limits.js";
import { backoff } from "./backoff.js";
import type { Queued } from "./event.js";
import type { InitOptions } from "./options.js";
import { encodeHead, encodeRecord, TAIL } from "./otlp.js";
import { watchPage } from "./page.js";
import { takeBatch } from "./queue.js";
import { createScheduler } from "./scheduler.js";
import { hasArrived, settle } from "./settlement.js";
import { noStats, type Sink } from "./sink.js";
import { keepaliveBytes, post } from "./transport.js";
import { uid } from "./uid.js";
import { utf8Length } from "./utf8.js";

/** Queue events, and send them as OTLP logs. */
export function createOtlpSink(options: InitOptions): Sink {
  const { beforeSend = (event) => event, timeout = TIMEOUT_MS } = options;
  const queue: Queued[] = [];
  const stats = noStats();
  const { schedule, flush, backOff } = createScheduler(queue, send, options.flushInterval);
  const page = watchPage(sendNow, schedule);
  let capacity = options.maxQueue ?? QUEUE_EVENTS;
  let reportedDrops = 0;
  let failures = 0; // In a row.
  let checking = false; // While `beforeSend` runs: what it tracks itself would go on for ever.

  function dropOldest() {
    for (; queue.length > capacity; stats.dropped++) queue.shift();
  }

  /** Send everything at once: it is now or never, whatever the back-off. */
  function sendNow() {
    while (send());
  }

  /** Send one request, if there is anything to send. */
  function send(): Promise<void> | undefined {
    const drops = stats.dropped - reportedDrops;
    const head = encodeHead(options, drops);
    const overhead = utf8Length(head + TAIL);
    // As much as outlives the page. Where that is nothing, an ordinary request: better than none.
    let batch = takeBatch(queue, keepaliveBytes() - overhead, 0, encode);
    if (!batch.length) batch = takeBatch(queue, KEEPALIVE_BYTES - overhead, 1, encode);
    if (!batch.length) return undefined;
    reportedDrops += drops;
    stats.queued += batch.length;
    return post(
      head + batch.map(({ json }) => json) + TAIL,
      options,
      page,
      batch.some(({ timeouts }) => timeouts) ? timeout * REPEAT_PATIENCE : timeout,
      batch.find(({ traceparent }) => traceparent)?.traceparent,
    ).then((answer) => {
      if (!hasArrived(answer.status)) reportedDrops -= drops;
      const retried = settle(batch, answer, stats);
      if (retried) {
        queue.unshift(...retried);
        dropOldest();
        backOff(backoff(++failures, answer.headers));
      } else failures = 0;
      // Signed out, or the feature is off.
      if (answer.status === 401 || answer.status === 403) stop();
    });
  }

  function encode(event: Queued): string | undefined {
    const full = { ...event, uid: uid(event.time) };
    checking = true;
    try {
      const outgoing = beforeSend(full);
      if (outgoing) return encodeRecord({ ...full, ...outgoing }, options);
    } catch {
      // What the application could not look through does not leave.
    } finally {
      checking = false;
    }
    stats.withheld++;
    return undefined;
  }

  function stop() {
    page.forget();
    capacity = 0;
    dropOldest();
  }

  return {
    add(event) {
      if (checking) return;
      queue.push(event);
      dropOldest();
      if (page.visit) schedule();
      else sendNow();
    },
    flush,
    async shutdown() {
      await flush();
      stop();
    },
    stats: () => ({ ...stats, queued: stats.queued + queue.length }),
  };
}
