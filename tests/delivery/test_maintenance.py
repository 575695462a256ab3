# SPDX-License-Identifier: Apache-2.0
"""Age, and the disk space of a long outage."""

from contextlib import closing
from pathlib import Path

from processors.delivery.outbox import backlog, health
from processors.delivery.outbox import file as files
from processors.delivery.outbox.batch import Receipt
from tests.delivery.samples import frame, new_ids, open_outbox, store


def test_what_waited_too_long_expires_and_is_counted(tmp_path: Path) -> None:
    """A sink that stays away does not fill the disk with the past."""
    now = [1000.0]
    outbox = open_outbox(tmp_path, clock=lambda: now[0])
    store(outbox, new_ids(2))
    now[0] = 2000.0
    store(outbox, new_ids(3))
    with closing(files.connect(files.path(tmp_path), durable=False)) as db:
        health.maintain(db, oldest=1500.0)
    (sink,) = outbox.ledger().sinks
    assert (2, 3) == (sink.expired, sink.pending)
    assert outbox.ledger().balanced
    outbox.close()


def test_the_age_shown_is_that_of_the_oldest_and_never_negative(tmp_path: Path) -> None:
    """A clock that steps back is no reason to show nonsense."""
    now = [1000.0]
    outbox = open_outbox(tmp_path, clock=lambda: now[0])
    assert outbox.status().oldest_age_seconds is None
    store(outbox, new_ids(1))
    now[0] = 1060.0
    assert 60.0 == outbox.status().oldest_age_seconds
    now[0] = 500.0
    assert 0.0 == outbox.status().oldest_age_seconds
    outbox.close()


def test_the_disk_gets_back_what_a_long_outage_took(
    tmp_path: Path,
) -> None:
    """Once the backlog is delivered the file shrinks again, a portion at a time."""
    outbox = open_outbox(tmp_path)
    for _ in range(8):
        store(outbox, *(new_ids(50) for _ in range(32)))
    with closing(files.connect(files.path(tmp_path), durable=False)) as db:
        before = db.execute("PRAGMA page_count").fetchone()[0]
        while batch := backlog.next_batch(db, "logs"):
            backlog.settle(db, "logs", batch, Receipt(batch.events))
        health.maintain(db, 0, keep_pages=16, return_pages=64)
        assert before - 64 == db.execute("PRAGMA page_count").fetchone()[0]
        for _ in range(before // 64):
            health.maintain(db, 0, keep_pages=16, return_pages=64)
        assert db.execute("PRAGMA page_count").fetchone()[0] < 64
    outbox.close()


def test_a_status_counts_rows_events_and_bytes(tmp_path: Path) -> None:
    """The numbers an operator sizes the disk by."""
    outbox = open_outbox(tmp_path, ["logs", "otlp"])
    data = frame(ids := new_ids(4))
    store(outbox, ids)
    status = outbox.status()
    assert (1, 4, len(data)) == (status.rows, status.events, status.bytes)
    assert {"logs": 4, "otlp": 4} == {sink.name: sink.pending for sink in status.sinks}
    outbox.close()
