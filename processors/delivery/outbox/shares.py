# SPDX-License-Identifier: Apache-2.0
"""Whose the outbox's bytes are: while it is crowded, nobody may push out everybody else's.

Past its bound the oldest events expire, whoever's they are. So whoever sends most during a
sink's outage would expire the events of all. Source: ADR "durable outbox and what 200 means".
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

from msgspec import Struct

_CROWDED: Final = 0.5  # of the bound: up to there everybody may take what is free
_USER: Final = 0.1
_SERVICE: Final = 0.5  # it speaks for many users


class Owner(Struct, frozen=True):
    """Who stores, as a number that is nobody's name, and the share of the bound they may hold."""

    number: int
    share: float


def owner(user_id: str, *, is_service: bool) -> Owner:
    """Return the owner of what a caller sends."""
    return Owner(_number(user_id), _SERVICE if is_service else _USER)


def _number(user_id: str) -> int:
    return int.from_bytes(blake2b(user_id.encode(), digest_size=8).digest(), signed=True)


class Shares:
    """Who may still store, judged request by request within one transaction."""

    def __init__(self, db: sqlite3.Connection, most_bytes: int) -> None:
        self._db = db
        self._most_bytes = most_bytes
        (self._bytes,) = db.execute("SELECT bytes FROM state").fetchone()
        self._new: Counter[int] = Counter()

    def allow(self, owner: Owner, size: int) -> bool:
        """Return whether the owner may store so many bytes, and count them if so."""
        is_crowded = self._bytes + size > self._most_bytes * _CROWDED
        if is_crowded and self._held(owner.number) + size > self._most_bytes * owner.share:
            return False
        self._bytes += size
        self._new[owner.number] += size
        return True

    def _held(self, number: int) -> int:
        query = "SELECT coalesce(sum(bytes), 0) FROM share WHERE owner = ?"
        return int(self._db.execute(query, (number,)).fetchone()[0]) + self._new[number]


def add(db: sqlite3.Connection, seq: int, sizes: Mapping[int, int]) -> None:
    """Record whose the bytes of a row are."""
    db.executemany(
        "INSERT INTO share VALUES (?, ?, ?)", [(owner, seq, size) for owner, size in sizes.items()]
    )


def forget(db: sqlite3.Connection, up_to: int) -> None:
    """Drop what was recorded of the rows up to and including a number."""
    db.execute("DELETE FROM share WHERE seq <= ?", (up_to,))


def erase(db: sqlite3.Connection, seq: int, user_id: str) -> None:
    """Drop what was recorded of a user in a row."""
    db.execute("DELETE FROM share WHERE seq = ? AND owner = ?", (seq, _number(user_id)))
