// SPDX-License-Identifier: Apache-2.0

import {
  EVENTS_PER_REQUEST,
  FLUSH_INTERVAL_MS,
  KEEPALIVE_BYTES,
  QUEUE_EVENTS,
  REPEAT_PATIENCE,
  TIMEOUT_MS,
} from "../limits.js";
import { backoff } from "./backoff.js";
import type { Queued } from "./event.js";
import { whenIdle } from "./idle.js";
import type { InitOptions } from "./options.js";
import { encodeHead, encodeRecord, rejectedRecords, TAIL } from "./otlp.js";
import { watchPage } from "./page.js";
import { takeBatch } from "./queue.js";
import { noStats, type Sink } from "./sink.js";
import { type Answer, keepaliveRoom, LEFT, post, TIMED_OUT, UNREACHABLE } from "./transport.js";
import { uid } from "./uid.js";
import { utf8Length } from "./utf8.js";

/** Statuses that will pass. https://opentelemetry.io/docs/specs/otlp/#failures-1 */
const PASSING = [UNREACHABLE, 429, 502, 503, 504];

/** Queue events, and send them as OTLP logs. */
export function createOtlpSink(options: InitOptions): Sink {
  const {
    beforeSend = (event) => event,
    flushInterval = FLUSH_INTERVAL_MS,
    timeout = TIMEOUT_MS,
  } = options;
  const queue: Queued[] = [];
  const stats = noStats();
  const page = watchPage(sendNow, schedule);
  let room = options.maxQueue ?? QUEUE_EVENTS;
  let told = 0; // Of the dropped events, how many the server knows of.
  let failures = 0; // In a row.
  let waiting = false; // After a failure, until the timer.
  let timer: ReturnType<typeof setTimeout> | undefined; // The only one: to flush, or to retry.
  let due = Infinity; // The timer's delay.
  let checking = false; // While `beforeSend` runs: what it tracks itself would go on for ever.
  let draining: Promise<void> | undefined; // One ordinary request at a time.

  function dropOldest() {
    for (; queue.length > room; stats.dropped++) queue.shift();
  }

  function schedule() {
    if (waiting || draining || !queue.length) return;
    const delay = queue.length < EVENTS_PER_REQUEST ? flushInterval : 0;
    if (delay < due) wakeAfter(delay);
  }

  function wakeAfter(delay: number) {
    clearTimeout(timer);
    due = delay;
    timer = setTimeout(whenIdle, delay, () => {
      due = Infinity;
      waiting = false;
      void drain();
    });
  }

  /** Send what is queued now, one request after the other, unless sending has to wait. */
  function drain() {
    if (!waiting) {
      draining ??= sendQueued().finally(() => {
        draining = undefined;
        schedule();
      });
    }
    return draining;
  }

  async function sendQueued() {
    for (let left = queue.length; left > 0 && !waiting; left -= EVENTS_PER_REQUEST) {
      await send();
    }
  }

  /** Send everything at once: it is now or never, whatever the back-off. */
  function sendNow() {
    while (send());
  }

  /** Send one request, if there is anything to send. */
  function send(): Promise<void> | undefined {
    const news = stats.dropped - told;
    const head = encodeHead(options, news);
    const overhead = utf8Length(head + TAIL);
    // As much as outlives the page. Where that is nothing, an ordinary request: better than none.
    let batch = takeBatch(queue, keepaliveRoom - overhead, 0, encode);
    if (!batch.length) batch = takeBatch(queue, KEEPALIVE_BYTES - overhead, 1, encode);
    const { length } = batch;
    if (!length) return undefined;
    told += news;
    stats.queued += length;
    return post(
      head + batch.map(({ json }) => json) + TAIL,
      options,
      page,
      batch.some(({ doubts }) => doubts) ? timeout * REPEAT_PATIENCE : timeout,
      batch.find(({ traceparent }) => traceparent)?.traceparent,
    ).then((answer) => {
      stats.queued -= length;
      settle(batch, news, answer);
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

  /** Decide what becomes of a batch, and of the news of dropped events that went with it. */
  function settle(batch: Queued[], news: number, { status, headers, text }: Answer) {
    const { length } = batch;
    if (status >= 200 && status < 300) {
      const rejected = rejectedRecords(text);
      stats.rejected += rejected;
      stats.sent += length - rejected;
      failures = 0;
      return;
    }
    if (status === 400) {
      stats.rejected += length;
      return;
    }
    if (status === LEFT) {
      stats.unconfirmed += length;
      return;
    }
    told -= news;
    if (status === TIMED_OUT) {
      // Once more, with the same uids: the server forgets those that it has seen.
      const again = batch.filter((event) => !event.doubts++);
      stats.unconfirmed += length - again.length;
      retry(again, headers);
    } else if (PASSING.includes(status)) retry(batch, headers);
    else {
      stats.dropped += length;
      if (status === 401 || status === 403) stop(); // Signed out, or the feature is off.
    }
  }

  function retry(batch: Queued[], headers: Headers | undefined) {
    queue.unshift(...batch);
    dropOldest();
    waiting = true;
    wakeAfter(backoff(++failures, headers));
  }

  function stop() {
    page.forget();
    room = 0;
    dropOldest();
  }

  async function flush() {
    do await drain();
    while (queue.length && !waiting);
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
