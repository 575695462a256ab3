# SPDX-License-Identifier: Apache-2.0
"""A damaged outbox file: set aside as it is, what can be read goes into a new one.

Only for a file that no process has open: `opening.py` sees to that.
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

from processors.delivery.outbox import file
from processors.delivery.outbox.events import events
from processors.delivery.outbox.frames import FrameUnreadable
from processors.delivery.outbox.ledger import Kind, of

# Errors that say nothing about the file; all others come of what is in it.
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
    """What became of a damaged file.

    `set_aside` is its new name; `rows` and `events` are how many were read back.
    """

    set_aside: str
    rows: int
    events: int


def is_sound(path: Path) -> bool:
    """Return whether SQLite finds the file whole and its ledger balances; an absent file is sound.

    Raises `sqlite3.Error` where that cannot be told, as on a disk that does not answer.
    """
    if not path.exists() or not path.stat().st_size:
        return True
    try:
        # Only looking: a writer that closes last would fold the WAL into a damaged file.
        with closing(file.connect_read_only(path)) as db:
            is_whole = db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
            return is_whole and _makes_sense(db)
    except UnicodeDecodeError:  # SQLite quotes the damage in its message
        return False
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF in _OF_THE_DISK:
            raise
        return False


def _makes_sense(db: sqlite3.Connection) -> bool:
    version = file.version_of(db)
    if version == 0:
        return bool(db.execute("SELECT count(*) = 0 FROM sqlite_schema").fetchone()[0])
    if version == file.VERSION:
        return of(db).balanced
    return file.VERSION < version < _NO_VERSION


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
    file.create(fresh)
    with closing(file.connect(fresh, durable=True)) as new:
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
        with closing(file.connect_read_only(aside)) as old, file.transaction(new):
            for row in _readable_rows(old):
                new.execute("INSERT INTO row VALUES (?, ?, ?, ?, ?)", row)
                rows, total = rows + 1, total + row[2]
            restore(old, new, sinks)
    finally:
        _shm(aside).unlink(missing_ok=True)
    return rows, total


def _readable_rows(old: sqlite3.Connection) -> Iterator[tuple[int, float, int, int, bytes]]:
    """Yield row after row, stepping over numbers behind which there is damage."""
    seq, misses = _first_number(old), 0
    while misses < _MOST_MISSES:
        try:
            row = old.execute(_NEXT_ROW, (seq,)).fetchone()
            if row is None:
                return
            seq, misses = row[0], 0
            yield seq, float(row[1]), len(events(row[2])), len(row[2]), row[2]
        except (*UNREADABLE, FrameUnreadable):
            misses += 1
        seq += 1


def _first_number(old: sqlite3.Connection) -> int:
    """Return the number of the oldest row, by whichever way there the damage left open."""
    for query in _OLDEST:
        try:
            return int(old.execute(query).fetchone()[0] or 0)
        except UNREADABLE:
            continue
    return 0


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _shm(path: Path) -> Path:
    return path.with_name(f"{path.name}-shm")


# What reading a damaged database raises: SQLite's complaint, or a value of another type.
UNREADABLE: Final = (sqlite3.DatabaseError, TypeError, ValueError, OverflowError)
REASON: Final = "outbox_corrupt"
_COPIES: Final = (
    ("SELECT * FROM tally", "INSERT INTO tally VALUES (?, ?, ?, ?)"),
    ("SELECT * FROM sink", "INSERT INTO sink VALUES (?, ?, ?, ?, ?, ?)"),
    ("SELECT * FROM set_aside", "INSERT INTO set_aside VALUES (?, ?, ?, ?)"),
)
_CLEARINGS: Final = ("DELETE FROM tally", "DELETE FROM sink", "DELETE FROM set_aside")


def restore(old: sqlite3.Connection, new: sqlite3.Connection, sinks: Sequence[str]) -> None:
    """Write a ledger that balances with the rows of a salvaged outbox.

    Events whose rows could not be read are counted `undeliverable`.
    Numbers that cannot be read, or do not fit the rows, start again from what is there: then
    every sink gets every row.
    """
    rows, size, newest = new.execute(
        "SELECT coalesce(sum(events), 0), coalesce(sum(bytes), 0), coalesce(max(seq), 0) FROM row"
    ).fetchone()
    new.execute("UPDATE state SET last_seq = ?, bytes = ?", (newest, size))
    try:
        is_whole = _carry_over(old, new) and _explain_missing(new)
    except UNREADABLE:
        is_whole = False
    if not is_whole:
        _open_anew(new, sinks, rows)
    new.execute(
        "UPDATE state SET last_seq = max(last_seq, (SELECT coalesce(max(cursor), 0) FROM sink))"
    )


def _carry_over(old: sqlite3.Connection, new: sqlite3.Connection) -> bool:
    for select, insert in _COPIES:
        new.executemany(insert, old.execute(select).fetchall())
    return _received_is_explained(new)


def _received_is_explained(new: sqlite3.Connection) -> bool:
    signs = {Kind.RECEIVED: 1, Kind.ACCEPTED: -1, Kind.DUPLICATE: -1, Kind.REJECTED: -1}
    totals = new.execute("SELECT kind, sum(n) FROM tally GROUP BY kind")
    lost: int = sum(signs.get(kind, 0) * number for kind, number in totals)
    return lost == 0


def _explain_missing(new: sqlite3.Connection) -> bool:
    missing = new.execute(
        "SELECT name, accepted - delivered - expired - undeliverable - "
        "(SELECT coalesce(sum(events), 0) FROM row WHERE seq > cursor) FROM sink"
    ).fetchall()
    for name, number in missing:
        new.execute(
            "UPDATE sink SET undeliverable = undeliverable + ? WHERE name = ?", (number, name)
        )
        new.execute(
            "INSERT INTO set_aside SELECT ?1, '', ?2, ?3 WHERE ?3 > 0 "
            "ON CONFLICT DO UPDATE SET n = n + excluded.n",
            (name, REASON, number),
        )
    return all(number >= 0 for _, number in missing)


def _open_anew(new: sqlite3.Connection, sinks: Sequence[str], events: int) -> None:
    for clearing in _CLEARINGS:
        new.execute(clearing)
    new.executemany(
        "INSERT INTO tally VALUES (?, '', '', ?)",
        [(Kind.RECEIVED, events), (Kind.ACCEPTED, events)],
    )
    new.executemany(
        "INSERT INTO sink (name, cursor, accepted) VALUES (?, 0, ?)",
        [(name, events) for name in sinks],
    )
