# SPDX-License-Identifier: Apache-2.0
"""The durable outbox, as the gateway sees it: when `append` returns, the events are on disk.

One writer thread would fight the event loop for the interpreter; so the loop itself commits,
once for all requests that arrived within a moment.
Source: ADR "durable outbox and what 200 means".
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, Self

import structlog

from processors.delivery import store
from processors.delivery.group import Group
from processors.delivery.ledger import Ledger
from processors.delivery.ledger import read as read_ledger
from processors.delivery.opening import open_outbox
from processors.delivery.room import check_room
from processors.delivery.status import Status
from processors.delivery.status import read as read_status
from processors.delivery.tally import Tally
from processors.delivery.trouble import OutboxUnavailable, Trouble, trouble_of

__all__ = ["Outbox", "OutboxUnavailable", "Trouble"]

_GROUP_SECONDS: Final = 0.001  # how long the first request of a group waits for company
_LOCKED_SECONDS: Final = 5.0  # how long a group waits for other processes to finish writing
_PROBE_SECONDS: Final = 1.0  # how often readiness asks whether the disk has recovered
_PROBE_BYTES: Final = 64 * 1024  # an ordinary group: a disk without room for it is still full

_log = structlog.get_logger()


class Outbox:
    """Takes accepted events; one a worker process, all on the same file.

    Past `max_bytes` the oldest events expire to make room, counted for every sink that had not
    got them.
    """

    def __init__(
        self,
        data_dir: Path,
        mark: int,
        *,
        max_bytes: int,
        on_stored: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self._data_dir = data_dir
        self._mark = mark
        # The event loop must never sleep for another's lock: it asks again a moment later.
        self._db = store.connect(store.file(data_dir), durable=True, wait_seconds=0)
        self._max_bytes = max_bytes
        self._on_stored = on_stored
        self._clock = clock
        self._group: Group | None = None
        self._trouble: Trouble | None = None
        self._probed_at = 0.0

    @classmethod
    def open(
        cls,
        data_dir: Path,
        *,
        sinks: Sequence[str],
        max_bytes: int,
        on_stored: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> Self:
        """Open the outbox, made or repaired first where that is needed.

        Every event stored from now on is owed to each of `sinks`;
        `on_stored` is called after each commit.
        Raises `OutboxUnavailable` where the disk refuses.
        """
        try:
            mark = open_outbox(data_dir, sinks)
            return cls(data_dir, mark, max_bytes=max_bytes, on_stored=on_stored, clock=clock)
        except (sqlite3.Error, OSError) as error:
            raise OutboxUnavailable(trouble_of(error)) from error

    async def append(self, frame: bytes, tally: Tally) -> None:
        """Store a request's frame and count its tally, in one transaction with its neighbours.

        An empty frame, where everything was rejected, only counts.
        Raises `OutboxUnavailable` when nothing of it was stored.
        """
        if bool(frame) != bool(tally.stored):
            raise ValueError("a frame holds the accepted events, all of them and no others")
        loop = asyncio.get_running_loop()
        stored = loop.create_future()
        if self._group is None:
            self._group = Group(time.monotonic())
            loop.call_later(_GROUP_SECONDS, self._flush, loop)
        self._group.add(frame, tally, stored)
        await stored

    def health(self) -> Trouble | None:
        """Say why nothing can be stored, or None; any thread may ask.

        Without traffic nobody would notice that the disk has recovered: it is tried here.
        """
        now = time.monotonic()
        if now - self._probed_at >= _PROBE_SECONDS:
            self._probed_at = now
            self._probe()
        return self._trouble

    def status(self) -> Status:
        """Count what is waiting, and for whom."""
        return read_status(self._data_dir, self._clock)

    def ledger(self) -> Ledger:
        """Read the ledger, of all workers."""
        return read_ledger(self._data_dir)

    def close(self) -> None:
        """Commit whoever still waits, and let go of the file."""
        while self._group and not self._commit(self._group):
            time.sleep(_GROUP_SECONDS)
        self._db.close()
        os.close(self._mark)

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._group and not self._commit(self._group):
            loop.call_later(_GROUP_SECONDS, self._flush, loop)

    def _commit(self, group: Group) -> bool:
        """Commit a group and tell those who wait; False when it is to be tried again."""
        trouble: Trouble | None = None
        try:
            check_room(self._db, self._data_dir)
            with store.transaction(self._db):
                group.write(self._db, self._clock(), self._max_bytes)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait forever
            trouble = trouble_of(error)
            if trouble is Trouble.OUTBOX_LOCKED and self._may_wait(group):
                return False
        else:
            self._on_stored()
        self._group = None
        self._report(trouble)
        group.resolve(trouble)
        return True

    def _may_wait(self, group: Group) -> bool:
        return time.monotonic() - group.since < _LOCKED_SECONDS

    def _probe(self) -> None:
        if self._trouble is Trouble.OUTBOX_FULL and self._max_bytes < _PROBE_BYTES:
            return
        try:
            # Its own connection: readiness may be asked on another thread than the loop's.
            with closing(store.connect(store.file(self._data_dir), durable=True)) as db:
                if self._trouble is Trouble.DISK_FULL:
                    # A WAL keeps its size when its rows are gone: on a full disk it is the room.
                    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                check_room(db, self._data_dir)
                if self._trouble:
                    _write_and_clear(db)
        except (sqlite3.Error, OSError, OutboxUnavailable) as error:
            self._report(trouble_of(error))
        else:
            self._report(None)

    def _report(self, trouble: Trouble | None) -> None:
        if trouble is not self._trouble:
            self._trouble = trouble
            if trouble:
                _log.error("outbox.unavailable", reason=trouble)
            else:
                _log.info("outbox.recovered")


def _write_and_clear(db: sqlite3.Connection) -> None:
    for filler in (bytes(_PROBE_BYTES), None):
        with store.transaction(db):
            db.execute("UPDATE state SET probe = ?", (filler,))
