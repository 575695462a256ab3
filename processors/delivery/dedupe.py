# SPDX-License-Identifier: Apache-2.0
"""What was taken in the last ten minutes, so that a client's retry is not forwarded again.

The memory is one process's: it makes the common retry harmless, cheaply.
What it cannot see (another worker, a restart, a very busy ten minutes) reaches the sinks twice
under one id, which `db` inserts once.
Source: ADR "durable outbox and what 200 means".
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

WINDOW_SECONDS: Final = 600.0
# As many as a set holds in 4 MB of slots; with the digests about 10 MB, and there are two sets.
CAPACITY: Final = 150_000

# Below 2^60 an integer takes 32 bytes instead of 48.
_MASK: Final = (1 << 60) - 1


class _Reservation:
    """The new ids of a request that is being stored, until it is known how that ended."""

    def __init__(self, digests: set[int]) -> None:
        self.digests = digests
        self.settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Seen:
    """Remembers digests of event ids in two generations; the older one goes as a whole.

    An id is remembered for at least the window, unless more than `capacity` follow within it.
    """

    def __init__(
        self,
        *,
        window_seconds: float = WINDOW_SECONDS,
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._window_seconds = window_seconds
        self._capacity = capacity
        self._clock = clock
        self._current: set[int] = set()
        self._previous: set[int] = set()
        self._since = clock()
        self._reservations: set[_Reservation] = set()

    @asynccontextmanager
    async def reserve(self, owner: str, uids: Sequence[str]) -> AsyncIterator[list[bool]]:
        """Yield which ids are new, one truth value each; remember those if the block succeeds.

        Within one request the first of two equal ids is the new one.
        An id that another request is storing at this moment is waited for, then judged by how
        that ended: a commit that failed leaves nothing behind that could swallow the retry.
        `owner` is whose ids they are: no caller can make another's events look like duplicates.
        """
        salt = hash(owner)
        digests = [(hash(uid) ^ salt) & _MASK for uid in uids]
        fresh, new = self._judge(digests)
        while len(new) < len(digests) and (rivals := self._rivals(digests)):
            await asyncio.wait(rivals)
            fresh, new = self._judge(digests)
        reservation = _Reservation(new)
        self._reservations.add(reservation)
        self._current |= new  # at once: whoever comes now finds it, and waits for this reservation
        try:
            yield fresh
        except BaseException:
            self._current -= new
            self._previous -= new
            raise
        finally:
            self._reservations.remove(reservation)
            reservation.settled.set_result(None)

    def _rivals(self, digests: list[int]) -> list[asyncio.Future[None]]:
        return [c.settled for c in self._reservations if not c.digests.isdisjoint(digests)]

    def _judge(self, digests: list[int]) -> tuple[list[bool], set[int]]:
        self._forget()
        new = set(digests)
        if len(new) == len(digests) and self._knows_none(new):  # as nearly always
            return [True] * len(digests), new
        new.clear()
        fresh = []
        for digest in digests:
            is_new = digest not in new and self._knows_none({digest})
            fresh.append(is_new)
            if is_new:
                new.add(digest)
        return fresh, new

    def _knows_none(self, digests: set[int]) -> bool:
        return digests.isdisjoint(self._current) and digests.isdisjoint(self._previous)

    def _forget(self) -> None:
        now = self._clock()
        if now - self._since >= self._window_seconds or len(self._current) >= self._capacity:
            self._previous, self._current, self._since = self._current, set(), now
