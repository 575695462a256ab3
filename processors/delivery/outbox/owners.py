# SPDX-License-Identifier: Apache-2.0
"""What still waits in the outbox about one person, to hand over or to erase.

Both work while services run. Each instance has an outbox of its own.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from processors.delivery.lock import sink_lock
from processors.delivery.outbox import file, rows, shares
from processors.delivery.outbox.events import StoredEvent, events, without
from processors.delivery.outbox.frames import FrameUnreadable, decompress

REASON: Final = "erased"
_LOOK_SECONDS: Final = 0.005  # well within a relay's pause between two batches
WAIT_SECONDS: Final = 60.0  # longer than a sink may take for a batch before it is given up


class StillDelivering(Exception):
    """A sink has had a batch in hand for too long; try again later."""


def pending(data_dir: Path, owner_id: UUID) -> list[StoredEvent]:
    """Return the owner's events that a sink has not got yet, the oldest first.

    Raises `sqlite3.Error` where there is no outbox.
    """
    user_id = str(owner_id)
    with closing(file.connect_read_only(file.path(data_dir))) as db:
        return [
            event
            for seq in _rows_naming(db, user_id)
            for (frames,) in db.execute("SELECT frames FROM row WHERE seq = ?", (seq,))
            for event in events(frames)
            if event.user_id == user_id
        ]


def erase(data_dir: Path, owner_id: UUID, *, wait_seconds: float = WAIT_SECONDS) -> int:
    """Erase the owner's events from the outbox and its file; return how many there were.

    For each sink that had not got them they count as `undeliverable`, with the reason `erased`.
    Deliveries wait meanwhile: what was on its way has arrived when this returns.
    Raises `StillDelivering`, with nothing erased, or `sqlite3.Error` where there is no outbox.
    """
    user_id = str(owner_id)
    with closing(file.connect(file.path(data_dir), durable=True)) as db:
        db.execute("PRAGMA secure_delete = ON")
        with _deliveries_stopped(data_dir, db, wait_seconds):
            erased = sum(_erase(db, seq, user_id) for seq in _rows_naming(db, user_id))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return erased


def _rows_naming(db: sqlite3.Connection, user_id: str) -> list[int]:
    """Find the rows that have the id anywhere in their text; damaged ones are left out."""
    found, name = [], user_id.encode()
    for seq, frames in db.execute("SELECT seq, frames FROM row ORDER BY seq"):
        try:
            if name in decompress(frames):
                found.append(seq)
        except FrameUnreadable:
            continue
    return found


def _erase(db: sqlite3.Connection, seq: int, user_id: str) -> int:
    with file.transaction(db):
        row = db.execute("SELECT frames FROM row WHERE seq = ?", (seq,)).fetchone()
        if row is None:  # it expired in the meantime
            return 0
        rest, gone = without(row[0], user_id)
        if gone:
            rows.replace(db, seq, rest, gone, REASON)
            shares.erase(db, seq, user_id)
    return gone.total()


@contextmanager
def _deliveries_stopped(
    data_dir: Path, db: sqlite3.Connection, wait_seconds: float
) -> Iterator[None]:
    deadline = time.monotonic() + wait_seconds
    with ExitStack() as locks:
        for (sink,) in db.execute("SELECT name FROM sink ORDER BY name").fetchall():
            lock = locks.enter_context(closing(sink_lock(file.folder(data_dir), sink)))
            while not lock.take():
                if time.monotonic() > deadline:
                    raise StillDelivering
                time.sleep(_LOOK_SECONDS)
        yield
