// SPDX-License-Identifier: Apache-2.0

import { expect, test } from "vitest";
import { capture, type Queued } from "../../src/core/event.js";
import { takeBatch } from "../../src/core/queue.js";

/** A queue of events whose records are these texts. */
const queueOf = (...records: string[]): Queued[] =>
  records.map((record) => ({ ...capture(record, {}), json: record }));

const names = (events: Queued[]) => events.map(({ event }) => event);
const unused = () => undefined;

test.each([
  { why: "all fit", bytes: 100, taken: ["aaa", "bb", "c"] },
  { why: "exactly, commas included", bytes: 4 + 3, taken: ["aaa", "bb"] },
  { why: "one byte short", bytes: 4 + 2, taken: ["aaa"] },
  { why: "none fits", bytes: 3, taken: [] },
])("a batch is cut by bytes: $why", ({ bytes, taken }) => {
  const queue = queueOf("aaa", "bb", "c");
  expect(names(takeBatch(queue, bytes, 50, unused))).toEqual(taken);
  expect(names(queue)).toEqual(["aaa", "bb", "c"].slice(taken.length));
});

test("bytes are counted, not characters", () => {
  expect(takeBatch(queueOf("é"), 2, 50, unused)).toHaveLength(0);
  expect(takeBatch(queueOf("é"), 3, 50, unused)).toHaveLength(1);
});

test("a batch has no more events than a request may have", () => {
  const queue = queueOf(...Array.from({ length: 60 }, (_, index) => `${index}`));
  expect(takeBatch(queue, 60_000, 50, unused)).toHaveLength(50);
  expect(names(queue)[0]).toBe("50");
});

test("an event is encoded once, and only when it is taken", () => {
  const queue = [capture("one", {}), capture("two", {})];
  const encoded: string[] = [];
  const encode = ({ event }: Queued) => {
    encoded.push(event);
    return event;
  };
  takeBatch(queue, 3, 50, encode);
  expect(encoded).toEqual(["one"]);
  takeBatch(queue, 30, 50, encode);
  expect(encoded).toEqual(["one", "two"]);
});

test("an event that is held back leaves the queue and no batch", () => {
  const queue = [capture("secret", {}), capture("plain", {})];
  const encode = ({ event }: Queued) => (event === "secret" ? undefined : event);
  expect(names(takeBatch(queue, 100, 50, encode))).toEqual(["plain"]);
  expect(queue).toEqual([]);
});
