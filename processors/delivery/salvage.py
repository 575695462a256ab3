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
from processors.delivery.frames import FrameUnreadable, decompress

DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MOST_ROWS: Final = 10_000_000  # a damaged number must not send us counting for days


class Salvage(Struct, frozen=True):
    """What became of a damaged file: its new name, the rows and events that were read back."""

    set_aside: str
    rows: int
    events: int


def is_sound(path: Path) -> bool:
    """Tell whether SQLite finds the file whole; an absent or empty one is.

    Raises `sqlite3.Error` where that cannot be told, as on a disk that does not answer.
    """
    if not path.exists() or not path.stat().st_size:
        return True
    try:
        # Only looking: a writer that closes last would fold the WAL into a damaged file.
        with closing(store.connect_read_only(path)) as db:
            return bool(db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error as error:
        if is_damage(error):
            return False
        raise


def is_damage(error: sqlite3.Error) -> bool:
    """Tell a damaged file from every other trouble."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE


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
        rows, events = _refill(new, aside, sinks)
    _wal(path).unlink(missing_ok=True)  # it belongs to the old file and would spoil the new one
    _shm(path).unlink(missing_ok=True)
    fresh.replace(path)
    return Salvage(aside.name, rows, events)


def _keep(path: Path, aside: Path) -> None:
    os.link(path, aside)
    if _wal(path).exists():
        shutil.copy(_wal(path), _wal(aside))


def _refill(new: sqlite3.Connection, aside: Path, sinks: Sequence[str]) -> tuple[int, int]:
    rows = events = 0
    try:
        with closing(store.connect_read_only(aside)) as old, store.transaction(new):
            for row in _readable_rows(old):
                new.execute("INSERT INTO row VALUES (?, ?, ?, ?, ?)", row)
                rows, events = rows + 1, events + row[2]
            accounts.restore(old, new, sinks)
    finally:
        _shm(aside).unlink(missing_ok=True)
    return rows, events


def _readable_rows(old: sqlite3.Connection) -> Iterator[tuple[int, float, int, int, bytes]]:
    """Read each row by its own number: a damaged page hides its rows and no others."""
    for seq in _numbers(old):
        try:
            row = old.execute("SELECT * FROM row WHERE seq = ?", (seq,)).fetchone()
            if row:
                decompress(row[4])
                yield row
        except (sqlite3.DatabaseError, FrameUnreadable):
            continue


def _numbers(old: sqlite3.Connection) -> range:
    """Give the numbers that rows can have, by whichever way there the damage left open."""
    for first, last in (
        ("SELECT min(seq) FROM row NOT INDEXED", "SELECT max(seq) FROM row NOT INDEXED"),
        ("SELECT min(seq) FROM row", "SELECT max(seq) FROM row"),
        ("SELECT min(cursor) + 1 FROM sink", "SELECT last_seq FROM state"),
    ):
        try:
            low, high = old.execute(f"SELECT ({first}), ({last})").fetchone()
        except sqlite3.DatabaseError:
            continue
        return range(low or 0, min((high or -1) + 1, (low or 0) + _MOST_ROWS))
    return range(0)


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _shm(path: Path) -> Path:
    return path.with_name(f"{path.name}-shm")
