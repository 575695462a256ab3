# SPDX-License-Identifier: Apache-2.0
"""The statements that put rows into the outbox and take them out, each inside a transaction."""

import sqlite3
from collections.abc import Mapping, Sequence

from processors.delivery.outbox import shares

Counts = Mapping[tuple[str, str, str], int]


def add(db: sqlite3.Connection, stored_at: float, events: int, frames: bytes) -> int:
    """Store a row, owed to every sink in use; return its number."""
    size = len(frames)
    (seq,) = db.execute(
        "UPDATE state SET last_seq = last_seq + 1, bytes = bytes + ? RETURNING last_seq", (size,)
    ).fetchone()
    db.execute("INSERT INTO row VALUES (?, ?, ?, ?, ?)", (seq, stored_at, events, size, frames))
    db.execute("UPDATE sink SET accepted = accepted + ? WHERE cursor IS NOT NULL", (events,))
    return int(seq)


def count(db: sqlite3.Connection, counts: Counts) -> None:
    """Add to the ledger's columns by (kind, event, reason)."""
    db.executemany(
        "INSERT INTO tally VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        [(*key, number) for key, number in counts.items()],
    )


def set_aside(
    db: sqlite3.Connection, sink: str, undeliverable: Mapping[tuple[str, str], int]
) -> None:
    """Record why events were undeliverable, by (event, reason)."""
    db.executemany(
        "INSERT INTO set_aside VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        [(sink, *key, number) for key, number in undeliverable.items()],
    )


def replace(
    db: sqlite3.Connection, seq: int, frames: bytes, gone: Mapping[str, int], reason: str
) -> None:
    """Replace a row by one with fewer events; those gone, by name, are undeliverable."""
    (size,) = db.execute("SELECT bytes FROM row WHERE seq = ?", (seq,)).fetchone()
    number = sum(gone.values())
    if frames:
        db.execute(
            "UPDATE row SET events = events - ?, bytes = ?, frames = ? WHERE seq = ?",
            (number, len(frames), frames, seq),
        )
    else:
        db.execute("DELETE FROM row WHERE seq = ?", (seq,))
    db.execute("UPDATE state SET bytes = bytes - ?", (size - len(frames),))
    owed = db.execute(
        "UPDATE sink SET undeliverable = undeliverable + ? WHERE cursor < ? RETURNING name",
        (number, seq),
    )
    for (sink,) in owed.fetchall():
        set_aside(db, sink, {(event, reason): count for event, count in gone.items()})


def forget(db: sqlite3.Connection, up_to: int) -> None:
    """Drop the rows up to and including a number."""
    db.execute(
        "UPDATE state SET bytes = bytes - (SELECT coalesce(sum(bytes), 0) FROM row WHERE seq <= ?)",
        (up_to,),
    )
    db.execute("DELETE FROM row WHERE seq <= ?", (up_to,))
    shares.forget(db, up_to)


def forget_settled(db: sqlite3.Connection) -> None:
    """Drop the rows that every sink in use is done with."""
    (settled,) = db.execute("SELECT min(cursor) FROM sink").fetchone()
    if settled is not None:
        forget(db, settled)


def expire(db: sqlite3.Connection, up_to: int) -> None:
    """Expire the rows up to a number: count them for each sink that lacked them, and drop them."""
    db.execute(
        "UPDATE sink SET expired = expired + "
        "(SELECT coalesce(sum(events), 0) FROM row WHERE seq > cursor AND seq <= ?) "
        "WHERE cursor IS NOT NULL",
        (up_to,),
    )
    forget(db, up_to)


def expire_over(db: sqlite3.Connection, most_bytes: int) -> None:
    """Expire the oldest rows until the rest is within a size."""
    (excess,) = db.execute("SELECT bytes - ? FROM state", (most_bytes,)).fetchone()
    if excess > 0:
        expire(db, _oldest_holding(db, excess))


def _oldest_holding(db: sqlite3.Connection, size: int) -> int:
    held = 0
    for seq, row_size in db.execute("SELECT seq, bytes FROM row ORDER BY seq"):
        held += row_size
        if held >= size:
            return int(seq)
    return 0


def expire_older(db: sqlite3.Connection, than: float) -> None:
    """Expire the rows stored before a time, and with them whatever was stored earlier still.

    Numbers tell the order, not clocks: a clock that stepped back makes no row immortal.
    """
    (newest,) = db.execute("SELECT max(seq) FROM row WHERE stored_at < ?", (than,)).fetchone()
    if newest is not None:
        expire(db, newest)


def join(db: sqlite3.Connection, sinks: Sequence[str]) -> list[tuple[str, int]]:
    """Set the sinks in use; return (name, expired events) of those that left.

    A sink is owed what is stored from the moment it joins.
    What a sink that left had not got is expired for it: it would never be fetched.
    """
    db.executemany(
        "INSERT INTO sink (name, cursor) SELECT ?, last_seq FROM state WHERE true "
        "ON CONFLICT DO UPDATE SET cursor = excluded.cursor WHERE cursor IS NULL",
        [(name,) for name in sinks],
    )
    using = db.execute("SELECT name, cursor FROM sink WHERE cursor IS NOT NULL").fetchall()
    left = [(name, _leave(db, name, cursor)) for name, cursor in using if name not in sinks]
    forget_settled(db)
    return left


def sinks_in_use(db: sqlite3.Connection) -> set[str]:
    """Return the names of the sinks that are owed what is stored."""
    return {name for (name,) in db.execute("SELECT name FROM sink WHERE cursor IS NOT NULL")}


def _leave(db: sqlite3.Connection, name: str, cursor: int) -> int:
    (pending,) = db.execute(
        "SELECT coalesce(sum(events), 0) FROM row WHERE seq > ?", (cursor,)
    ).fetchone()
    db.execute(
        "UPDATE sink SET cursor = NULL, expired = expired + ? WHERE name = ?", (pending, name)
    )
    return int(pending)
