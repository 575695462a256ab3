# SPDX-License-Identifier: Apache-2.0
"""A sink's cursor: what it is offered, and what settling a batch does to the ledger."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from processors.delivery.outbox import backlog, rows
from processors.delivery.outbox import file as files
from processors.delivery.outbox.batch import Batch, Receipt
from processors.delivery.outbox.ledger import SinkAccount
from processors.delivery.outbox.outbox import Outbox
from tests.delivery.samples import new_ids, open_outbox, store


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """Open an outbox that owes to two sinks."""
    outbox = open_outbox(tmp_path, ["logs", "otlp"])
    yield outbox
    outbox.close()


@pytest.fixture
def db(tmp_path: Path, outbox: Outbox) -> Iterator[sqlite3.Connection]:
    """Connect as a relay does."""
    with closing(files.connect(files.path(tmp_path), durable=False)) as db:
        yield db


def account(outbox: Outbox, name: str) -> SinkAccount:
    """Return a sink's column, with the ledger in balance."""
    ledger = outbox.ledger()
    assert ledger.balanced, list(ledger.explain())
    return next(sink for sink in ledger.sinks if sink.name == name)


def offered(db: sqlite3.Connection, sink: str) -> Batch:
    """Return a sink's next batch, which must exist."""
    batch = backlog.next_batch(db, sink)
    assert batch is not None
    return batch


def test_rows_are_offered_in_order_until_they_are_settled(
    outbox: Outbox, db: sqlite3.Connection
) -> None:
    """A relay that dies before it settles meets the same rows again."""
    store(outbox, new_ids(1))
    store(outbox, new_ids(2))
    batch = offered(db, "logs")
    assert [1, 2] == [row.events for row in batch.rows]
    assert batch == backlog.next_batch(db, "logs")
    backlog.settle(db, "logs", batch, Receipt(3))
    assert backlog.next_batch(db, "logs") is None
    assert (3, 0) == (account(outbox, "logs").delivered, account(outbox, "logs").pending)


def test_a_batch_is_bounded(outbox: Outbox, db: sqlite3.Connection) -> None:
    """A long outage is caught up in portions."""
    for _ in range(4):
        store(outbox, new_ids(2))
    batch = backlog.next_batch(db, "logs", most_events=5)
    assert batch is not None
    assert 6 == batch.events


def test_a_row_goes_when_the_last_sink_is_done_with_it(
    outbox: Outbox, db: sqlite3.Connection
) -> None:
    """Each sink has its own cursor: the quick one neither waits nor hurries the slow one."""
    store(outbox, new_ids(2))
    backlog.settle(db, "logs", offered(db, "logs"), Receipt(2))
    assert (1, 2) == (outbox.status().rows, account(outbox, "otlp").pending)
    backlog.settle(db, "otlp", offered(db, "otlp"), Receipt(2))
    assert (0, 0) == (outbox.status().rows, outbox.status().bytes)


def test_undeliverable_events_are_counted_and_their_reason_kept(
    outbox: Outbox, db: sqlite3.Connection
) -> None:
    """What is set aside leaves a count, and nothing it contained."""
    store(outbox, new_ids(3))
    aside = {("tags.added", "http_400"): 1}
    backlog.settle(db, "otlp", offered(db, "otlp"), Receipt(2, aside))
    otlp = account(outbox, "otlp")
    assert (2, 1) == (otlp.delivered, otlp.undeliverable)
    assert [("tags.added", "http_400", 1)] == [(a.event, a.reason, a.count) for a in otlp.set_aside]


def test_rows_that_expired_on_their_way_count_as_delivered_after_all(
    outbox: Outbox, db: sqlite3.Connection
) -> None:
    """The ledger says what became of an event, not what was feared."""
    store(outbox, new_ids(1))
    store(outbox, new_ids(2))
    batch = offered(db, "logs")
    with files.transaction(db):
        rows.expire(db, up_to=batch.rows[0].seq)
    assert 1 == account(outbox, "logs").expired
    backlog.settle(db, "logs", batch, Receipt(3))
    assert (3, 0) == (account(outbox, "logs").delivered, account(outbox, "logs").expired)
    assert (0, 1) == (account(outbox, "otlp").delivered, account(outbox, "otlp").expired)


def test_a_sink_that_left_meanwhile_is_not_settled(outbox: Outbox, db: sqlite3.Connection) -> None:
    """Its events were counted as expired when it left, and are not counted twice."""
    store(outbox, new_ids(2))
    batch = offered(db, "otlp")
    with files.transaction(db):
        rows.join(db, ["logs"])
    backlog.settle(db, "otlp", batch, Receipt(2))
    otlp = account(outbox, "otlp")
    assert (0, 2) == (otlp.delivered, otlp.expired)
    assert backlog.next_batch(db, "otlp") is None


def test_age_expires_by_order_not_by_clock(outbox: Outbox, db: sqlite3.Connection) -> None:
    """A row stamped before the clock stepped back does not outlive the rows that followed it."""
    store(outbox, new_ids(1))
    store(outbox, new_ids(1))
    store(outbox, new_ids(1))
    db.execute("UPDATE row SET stored_at = 9000 WHERE seq = 1")
    db.execute("UPDATE row SET stored_at = 1000 WHERE seq = 2")
    with files.transaction(db):
        rows.expire_older(db, than=2000)
    assert 2 == account(outbox, "logs").expired
    assert [3] == [row.seq for row in offered(db, "logs").rows]
