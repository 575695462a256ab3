# SPDX-License-Identifier: Apache-2.0
"""The requests that wait for one commit."""

import sqlite3
from asyncio import Future
from collections import Counter
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from processors.delivery.outbox import rows, shares
from processors.delivery.outbox.frames import join
from processors.delivery.outbox.health import OutboxUnavailable, StorageFault
from processors.delivery.outbox.ledger import Tally
from processors.delivery.outbox.shares import Owner, Shares

# Bounds what a sink must take at once, and how far a batch has to be split to find a culprit.
REQUESTS_PER_ROW: Final = 32


class Waiting(Struct):
    """A request: its frame, its tally, whose it is, and who waits for the outcome."""

    frame: bytes
    tally: Tally
    owner: Owner
    stored: Future[None]
    fault: StorageFault | None = None

    def resolve(self, fault: StorageFault | None) -> None:
        """Resolve the request: it is stored, or raises why it is not."""
        if self.stored.done():  # the client went away
            return
        if reason := fault or self.fault:
            self.stored.set_exception(OutboxUnavailable(reason))
        else:
            self.stored.set_result(None)


class Group:
    """Requests that one commit stores, all of them but those over their owner's share."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.size = 0
        self._requests: list[Waiting] = []

    def add(self, request: Waiting) -> None:
        """Add a request that waits."""
        self._requests.append(request)
        self.size += len(request.frame)

    def write(self, db: sqlite3.Connection, now: float, most_bytes: int) -> None:
        """Store and count everything, inside a transaction; the oldest rows expire past a bound."""
        if self.size > most_bytes:
            raise OutboxUnavailable(StorageFault.OUTBOX_FULL)
        taken = self._within_shares(Shares(db, most_bytes))
        stored = [request for request in taken if request.frame]
        for start in range(0, len(stored), REQUESTS_PER_ROW):
            _add_row(db, now, stored[start : start + REQUESTS_PER_ROW])
        rows.count(db, _counts(taken))
        rows.expire_over(db, most_bytes)

    def resolve(self, fault: StorageFault | None) -> None:
        """Resolve every waiting request; `fault` is why nothing was stored."""
        for request in self._requests:
            request.resolve(fault)

    def _within_shares(self, shares: Shares) -> list[Waiting]:
        for request in self._requests:
            is_over = request.frame and not shares.allow(request.owner, len(request.frame))
            request.fault = StorageFault.OUTBOX_SHARE if is_over else None
        return [request for request in self._requests if request.fault is None]


def _add_row(db: sqlite3.Connection, now: float, requests: Sequence[Waiting]) -> None:
    events = sum(request.tally.stored for request in requests)
    sizes: Counter[int] = Counter()
    for request in requests:
        sizes[request.owner.number] += len(request.frame)
    seq = rows.add(db, now, events, join(request.frame for request in requests))
    shares.add(db, seq, sizes)


def _counts(requests: Sequence[Waiting]) -> Counter[tuple[str, str, str]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for request in requests:
        request.tally.add_to(counts)
    return counts
