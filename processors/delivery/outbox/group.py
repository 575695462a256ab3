# SPDX-License-Identifier: Apache-2.0
"""The requests that wait for one commit."""

import sqlite3
from asyncio import Future
from collections import Counter
from collections.abc import Iterator
from typing import Final

from processors.delivery.outbox import rows
from processors.delivery.outbox.frames import join
from processors.delivery.outbox.health import OutboxUnavailable, StorageFault
from processors.delivery.outbox.ledger import Tally

# Bounds what a sink must take at once, and how far a batch has to be split to find a culprit.
REQUESTS_PER_ROW: Final = 32


class Group:
    """Requests that one commit stores, and that all get its outcome."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.size = 0
        self._requests: list[tuple[bytes, Tally, Future[None]]] = []

    def add(self, frame: bytes, tally: Tally, stored: Future[None]) -> None:
        """Add a request that waits; `stored` gets the outcome."""
        self._requests.append((frame, tally, stored))
        self.size += len(frame)

    def write(self, db: sqlite3.Connection, now: float, most_bytes: int) -> None:
        """Store and count everything, inside a transaction; the oldest rows expire past a bound."""
        if self.size > most_bytes:
            raise OutboxUnavailable(StorageFault.OUTBOX_FULL)
        for events, frames in self._rows():
            rows.add(db, now, events, frames)
        rows.count(db, self._counts())
        rows.expire_over(db, most_bytes)

    def resolve(self, fault: StorageFault | None) -> None:
        """Resolve every waiting request: it is stored, or raises why it is not."""
        for _, _, stored in self._requests:
            if stored.done():  # the client went away
                continue
            if fault is None:
                stored.set_result(None)
            else:
                stored.set_exception(OutboxUnavailable(fault))

    def _rows(self) -> Iterator[tuple[int, bytes]]:
        stored = [(frame, tally.stored) for frame, tally, _ in self._requests if frame]
        for start in range(0, len(stored), REQUESTS_PER_ROW):
            chunk = stored[start : start + REQUESTS_PER_ROW]
            yield sum(events for _, events in chunk), join(frame for frame, _ in chunk)

    def _counts(self) -> Counter[tuple[str, str, str]]:
        counts: Counter[tuple[str, str, str]] = Counter()
        for _, tally, _ in self._requests:
            tally.add_to(counts)
        return counts
