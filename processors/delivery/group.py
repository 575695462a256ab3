# SPDX-License-Identifier: Apache-2.0
"""The requests that wait for one commit."""

from asyncio import Future
from collections import Counter
from collections.abc import Iterator
from typing import Final

from processors.delivery.frames import join
from processors.delivery.tally import Tally
from processors.delivery.trouble import OutboxUnavailable, Trouble

# Bounds what a sink must take at once, and how far a batch has to be split to find a culprit.
REQUESTS_PER_ROW: Final = 32


class Group:
    """Grows until it is committed; then everybody learns how that went."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.size = 0
        self._requests: list[tuple[bytes, Tally, Future[None]]] = []

    def add(self, frame: bytes, tally: Tally, stored: Future[None]) -> None:
        """Let a request wait; `stored` learns the outcome."""
        self._requests.append((frame, tally, stored))
        self.size += len(frame)

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Give (events, frames) of each row to store."""
        full = [(frame, tally.stored) for frame, tally, _ in self._requests if frame]
        for start in range(0, len(full), REQUESTS_PER_ROW):
            chunk = full[start : start + REQUESTS_PER_ROW]
            yield sum(stored for _, stored in chunk), join(frame for frame, _ in chunk)

    def counts(self) -> Counter[tuple[str, str, str]]:
        """Sum up what the ledger is to count."""
        counts: Counter[tuple[str, str, str]] = Counter()
        for _, tally, _ in self._requests:
            tally.add_to(counts)
        return counts

    def resolve(self, trouble: Trouble | None) -> None:
        """Tell every waiting request that it is stored, or why it is not."""
        for _, _, stored in self._requests:
            if stored.done():  # the client went away
                continue
            if trouble is None:
                stored.set_result(None)
            else:
                stored.set_exception(OutboxUnavailable(trouble))
