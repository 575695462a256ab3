# SPDX-License-Identifier: Apache-2.0
"""One sink's view of the outbox: what it has not got yet, and settling what it got."""

import sqlite3
from typing import Final

from processors.delivery.outbox import file, rows
from processors.delivery.outbox.batch import Batch, Receipt, Row

# Bounds memory, and keeps an ordinary request well within the 8 MiB that our collector takes.
_MOST_EVENTS: Final = 5_000
_MOST_BYTES: Final = 1024 * 1024


def next_batch(db: sqlite3.Connection, sink: str, most_events: int = _MOST_EVENTS) -> Batch | None:
    """Return the oldest rows that a sink has not got, or None when it has them all."""
    (cursor,) = db.execute("SELECT cursor FROM sink WHERE name = ?", (sink,)).fetchone()
    if cursor is None:  # another instance was told not to use this sink any more
        return None
    found: list[Row] = []
    events = size = 0
    for line in db.execute(
        "SELECT seq, events, frames, stored_at FROM row WHERE seq > ? ORDER BY seq", (cursor,)
    ):
        row = Row(*line)
        found.append(row)
        events, size = events + row.events, size + len(row.frames)
        if events >= most_events or size >= _MOST_BYTES:
            break
    return Batch(cursor, found) if found else None


def settle(db: sqlite3.Connection, sink: str, batch: Batch, receipt: Receipt) -> None:
    """Move a sink's cursor past a batch, count what became of it, drop what all sinks have.

    Rows that expired while they were on their way had been counted `expired`: that is taken
    back, for they arrived after all.
    """
    undeliverable = sum(receipt.undeliverable.values())
    with file.transaction(db):
        (still_here,) = db.execute(
            "SELECT coalesce(sum(events), 0) FROM row WHERE seq > ? AND seq <= ?",
            (batch.after, batch.last),
        ).fetchone()
        moved = db.execute(
            "UPDATE sink SET cursor = ?, delivered = delivered + ?,"
            " undeliverable = undeliverable + ?, expired = expired - ?"
            " WHERE name = ? AND cursor = ?",
            (
                batch.last,
                receipt.delivered,
                undeliverable,
                batch.events - still_here,
                sink,
                batch.after,
            ),
        )
        if moved.rowcount:  # else the sink left in the meantime, with its rows expired
            rows.set_aside(db, sink, receipt.undeliverable)
            rows.forget_settled(db)
