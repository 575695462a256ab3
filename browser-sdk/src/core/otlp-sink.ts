// SPDX-License-Identifier: Apache-2.0

import {
  ATTEMPTS_UNAUTHORISED,
  EVENT_BYTES,
  EVENTS_PER_REQUEST,
  FLUSH_INTERVAL_MS,
  KEEPALIVE_LEAST_BYTES,
  QUEUE_EVENTS,
  REQUEST_BYTES,
  TIMEOUT_GROWTH,
  TIMEOUT_MS,
} from "../limits.js";
import { backoff } from "./backoff.js";
import type { Queued } from "./event.js";
import { explain, warnOfSize } from "./explain.js";
import type { InitOptions } from "./options.js";
import { encodeHead, encodeRecord, TAIL } from "./otlp.js";
import { takeBatch } from "./queue.js";
import { createScheduler } from "./scheduler.js";
import { settle } from "./settlement.js";
import { count, drop, noStats, nothing, type Sink } from "./sink.js";
import { state } from "./state.js";
import { createPost, exclusively } from "./transport.js";
import { uid } from "./uid.js";
import { utf8Length } from "./utf8.js";

/** Return a number of the options if timers and loops can live with it, else the usual one. */
const sane = (value: number | undefined, usual: number) =>
  (value as number) > 0 && (value as number) < 1e9 ? (value as number) : usual;

/** Queue events, and send them as OTLP logs. */
export function createOtlpSink(options: InitOptions): Sink {
  const full = sane(options.eventsPerRequest, EVENTS_PER_REQUEST);
  const queue: Queued[] = [];
  const stats = noStats();
  const stopped = new AbortController();
  const { page, schedule, backOff, flush } = createScheduler(
    queue,
    full,
    sane(options.flushInterval, FLUSH_INTERVAL_MS),
    stopped.signal,
    send,
    () => takeBack(),
  );
  const post = createPost(options, page);
  let capacity = sane(options.maxQueue, QUEUE_EVENTS);
  let failures = 0; // In a row.
  let unauthorised = 0; // In a row.
  let takeBack: () => void = nothing; // Return the ordinary request under way to the queue.

  function dropOldest() {
    for (; queue.length > capacity; drop(stats, 1)) queue.shift();
  }

  /** Send one request, if there is anything to send. */
  function send(): Promise<void> | undefined {
    const drops = state.unreported;
    const head = encodeHead(options, drops);
    // Chromium keeps the connection of a keepalive request that was aborted: on the way out only.
    // Where the quota is used up, an ordinary request: better than none.
    const quota = page.away ? REQUEST_BYTES - state.keepalive : 0;
    const keepalive = quota > KEEPALIVE_LEAST_BYTES;
    const batch = takeBatch(queue, keepalive ? quota : REQUEST_BYTES, full, encode);
    if (!batch.length) return undefined;
    const body = head + batch.map(({ json }) => json) + TAIL;
    const bytes = keepalive ? utf8Length(body) : 0;
    const abort = new AbortController();
    const work = () => {
      setTimeout(
        () => abort.abort(),
        sane(options.timeout, TIMEOUT_MS) * Math.min(failures + 1, TIMEOUT_GROWTH),
      );
      return post(body, batch[0]?.trace, abort, keepalive);
    };
    if (!page.away) {
      takeBack = () => {
        queue.unshift(...batch.splice(0));
        abort.abort();
      };
    }
    state.unreported -= drops;
    state.keepalive += bytes;
    return exclusively(page, abort, work).then((answer) => {
      const { status, headers } = answer;
      const sent = batch.splice(0); // Nothing, where it was taken back.
      state.keepalive -= bytes;
      const retry = settle(sent, drops, answer, stats);
      if (!sent.length) return;
      if (__DEV__) (state.explain ?? explain)(answer, options);
      else state.explain?.(answer, options);
      unauthorised = status === 401 ? unauthorised + 1 : 0;
      failures = retry ? failures + 1 : 0;
      if (retry) {
        queue.unshift(...sent);
        dropOldest();
        backOff(backoff(failures, headers));
      }
      // The feature is off, or nobody is signed in.
      if (status === 403 || unauthorised === ATTEMPTS_UNAUTHORISED) stop();
    });
  }

  function encode(event: Queued): string | undefined {
    const full = { ...event, uid: uid(event.time) };
    const outgoing = state.inspect ? state.inspect(full) : full;
    const json = outgoing && encodeRecord(outgoing, options);
    if (!json) count(stats, "withheld", 1);
    else if (utf8Length(json) <= EVENT_BYTES) return json;
    else {
      if (__DEV__) warnOfSize(event.event);
      drop(stats, 1);
    }
    return undefined;
  }

  function stop() {
    takeBack();
    stopped.abort();
    capacity = 0;
    dropOldest();
  }

  return {
    add(event) {
      queue.push(event);
      stats.queued++;
      dropOldest();
      schedule();
    },
    flush,
    async shutdown(now) {
      if (!now) await flush();
      stop();
    },
    stats: () => ({ ...stats }),
  };
}
