# SPDX-License-Identifier: Apache-2.0
"""A damaged outbox file: set aside as it is, what can be read goes into a new one.

Only for a file that nobody has open: `opening.py` sees to that.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from msgspec import Struct

from processors.delivery import accounts, store
from processors.delivery.events import events
from processors.delivery.frames import FrameUnreadable
from processors.delivery.ledger import of

# Troubles that say nothing about the file; all others come of what is in it.
_OF_THE_DISK: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
_NO_VERSION: Final = 1000  # so many there will never be: the number is damaged
# A damaged page hides some thousands of numbers at most; behind more there is nothing.
_MOST_MISSES: Final = 10_000
_NEXT_ROW: Final = (
    "SELECT seq, stored_at, frames FROM row NOT INDEXED WHERE seq >= ? ORDER BY seq LIMIT 1"
)
_OLDEST: Final = (
    "SELECT min(seq) FROM row INDEXED BY row_sizes",
    "SELECT min(seq) FROM row NOT INDEXED",
    "SELECT min(cursor) + 1 FROM sink",
)


class Salvage(Struct, frozen=True):
    """What became of a damaged file: its new name, the rows and events that were read back."""

    set_aside: str
    rows: int
    events: int


def is_sound(path: Path) -> bool:
    """Tell whether SQLite finds the file whole and its ledger balances; an absent file is sound.

    Raises `sqlite3.Error` where that cannot be told, as on a disk that does not answer.
    """
    if not path.exists() or not path.stat().st_size:
        return True
    try:
        # Only looking: a writer that closes last would fold the WAL into a damaged file.
        with closing(store.connect_read_only(path)) as db:
            is_whole = db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
            return is_whole and _makes_sense(db)
    except UnicodeDecodeError:  # SQLite quotes the damage in its message
        return False
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF in _OF_THE_DISK:
            raise
        return False


def _makes_sense(db: sqlite3.Connection) -> bool:
    version = store.version_of(db)
    if version == 0:
        return bool(db.execute("SELECT count(*) = 0 FROM sqlite_schema").fetchone()[0])
    if version == store.VERSION:
        return of(db).balanced
    return store.VERSION < version < _NO_VERSION


def salvage(path: Path, sinks: Sequence[str], clock: Callable[[], float] = time.time) -> Salvage:
    """Replace a damaged file by a new one that holds what could be read of it.

    What was in use stays beside it as `outbox.corrupt-<time>`, for whoever wants to look.
    Interrupted at any point, the next start salvages again.
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(clock()))
    aside, fresh = path.with_name(f"outbox.corrupt-{moment}"), path.with_name("outbox.salvage")
    _keep(path, aside)
    for leftover in (fresh, _wal(fresh), _shm(fresh)):
        leftover.unlink(missing_ok=True)
    store.create(fresh)
    with closing(store.connect(fresh, durable=True)) as new:
        rows, total = _refill(new, aside, sinks)
    _wal(path).unlink(missing_ok=True)  # it belongs to the old file and would spoil the new one
    _shm(path).unlink(missing_ok=True)
    fresh.replace(path)
    return Salvage(aside.name, rows, total)


def _keep(path: Path, aside: Path) -> None:
    os.link(path, aside)
    if _wal(path).exists():
        shutil.copy(_wal(path), _wal(aside))


def _refill(new: sqlite3.Connection, aside: Path, sinks: Sequence[str]) -> tuple[int, int]:
    rows = total = 0
    try:
        with closing(store.connect_read_only(aside)) as old, store.transaction(new):
            for row in _readable_rows(old):
                new.execute("INSERT INTO row VALUES (?, ?, ?, ?, ?)", row)
                rows, total = rows + 1, total + row[2]
            accounts.restore(old, new, sinks)
    finally:
        _shm(aside).unlink(missing_ok=True)
    return rows, total


def _readable_rows(old: sqlite3.Connection) -> Iterator[tuple[int, float, int, int, bytes]]:
    """Read row after row, stepping over numbers behind which there is damage."""
    seq, misses = _first_number(old), 0
    while misses < _MOST_MISSES:
        try:
            row = old.execute(_NEXT_ROW, (seq,)).fetchone()
            if row is None:
                return
            seq, misses = row[0], 0
            yield seq, float(row[1]), len(events(row[2])), len(row[2]), row[2]
        except (*accounts.UNREADABLE, FrameUnreadable):
            misses += 1
        seq += 1


def _first_number(old: sqlite3.Connection) -> int:
    """Give the number of the oldest row, by whichever way there the damage left open."""
    for query in _OLDEST:
        try:
            return int(old.execute(query).fetchone()[0] or 0)
        except accounts.UNREADABLE:
            continue
    return 0


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _shm(path: Path) -> Path:
    return path.with_name(f"{path.name}-shm")
