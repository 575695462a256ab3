# SPDX-License-Identifier: Apache-2.0
"""The ledger's numbers after damage: carried over where they are whole, opened anew where not."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from processors.delivery.tally import Kind

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
    """Give a salvaged outbox a ledger that balances with the rows it holds.

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
