# SPDX-License-Identifier: Apache-2.0
"""The durable outbox, as the gateway sees it: when `append` returns, the events are on disk.

One writer thread would fight the event loop for the interpreter; so the loop itself commits,
once for all requests that arrived within a moment.
Source: ADR "durable outbox and what 200 means".
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, Self

import structlog
from msgspec import Struct

from processors.delivery.lock import FileLock
from processors.delivery.outbox import file
from processors.delivery.outbox.group import Group, Waiting
from processors.delivery.outbox.health import (
    SPARE_BYTES,
    OutboxUnavailable,
    StorageFault,
    check_file,
    check_space,
    fault_of,
    identity_of,
)
from processors.delivery.outbox.ledger import Ledger, Status, Tally, read_status
from processors.delivery.outbox.ledger import read as read_ledger
from processors.delivery.outbox.opening import open_outbox
from processors.delivery.outbox.shares import Owner
from service_kit.clock import steady_time

_GROUP_SECONDS: Final = 0.001  # how long the first request of a group waits for others
_PROBE_BYTES: Final = 64 * 1024  # an ordinary group: a disk that cannot take it is still full

_log = structlog.get_logger()


class Bounds(Struct, frozen=True, kw_only=True):
    """How much the outbox takes, and how long it waits.

    Past `max_bytes` of payload the oldest events expire; `spare_bytes` of the disk stay free for
    deliveries; a commit waits `locked_seconds` for other processes to finish writing; readiness
    asks every `probe_seconds` whether the disk has recovered.
    """

    max_bytes: int
    spare_bytes: int = SPARE_BYTES
    locked_seconds: float = 5.0
    probe_seconds: float = 1.0


class Outbox:
    """Takes accepted events; one per worker process, all on the same file.

    Past its bounds the oldest events expire, counted for every sink that had not
    got them.
    """

    def __init__(
        self,
        data_dir: Path,
        lock: FileLock,
        *,
        bounds: Bounds,
        on_stored: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self._data_dir = data_dir
        self._lock = lock
        # The event loop must never sleep for another process's lock: it tries again later.
        self._db = file.connect(file.path(data_dir), durable=True, wait_seconds=0)
        self._identity = identity_of(file.path(data_dir))
        self._bounds = bounds
        self._on_stored = on_stored
        self._clock = clock
        self._group: Group | None = None
        self._fault: StorageFault | None = None
        self._probed_at = 0.0

    @classmethod
    def open(
        cls,
        data_dir: Path,
        *,
        sinks: Sequence[str],
        bounds: Bounds,
        on_stored: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = steady_time,
    ) -> Self:
        """Open the outbox, made or repaired first where that is needed.

        Every event stored from now on is owed to each of `sinks`;
        `on_stored` is called after each commit.
        Raises `OutboxUnavailable` where the disk refuses.
        """
        try:
            lock = open_outbox(data_dir, sinks)
            return cls(data_dir, lock, bounds=bounds, on_stored=on_stored, clock=clock)
        except (sqlite3.Error, OSError) as error:
            raise OutboxUnavailable(fault_of(error)) from error

    async def append(self, frame: bytes, tally: Tally, owner: Owner) -> None:
        """Store an owner's frame and count its tally, in one transaction with its neighbours.

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
        self._group.add(Waiting(frame, tally, owner, stored))
        await stored

    def health(self) -> StorageFault | None:
        """Return why nothing can be stored, or None; any thread may ask.

        Without traffic no commit would show that the disk has recovered: it is tried here.
        """
        now = time.monotonic()
        if now - self._probed_at >= self._bounds.probe_seconds:
            self._probed_at = now
            self._probe()
        return self._fault

    def status(self) -> Status:
        """Count what is waiting, and for whom."""
        return read_status(self._data_dir, self._clock)

    def ledger(self) -> Ledger:
        """Read the ledger, of all workers."""
        return read_ledger(self._data_dir)

    def close(self) -> None:
        """Commit what still waits, and close the file."""
        while self._group and not self._commit(self._group):
            time.sleep(_GROUP_SECONDS)
        self._db.close()
        self._lock.close()

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._group and not self._commit(self._group):
            loop.call_later(_GROUP_SECONDS, self._flush, loop)

    def _commit(self, group: Group) -> bool:
        """Commit a group and resolve its requests; False when it is to be tried again."""
        fault: StorageFault | None = None
        try:
            check_file(file.path(self._data_dir), self._identity)
            check_space(self._db, self._data_dir, self._bounds.spare_bytes)
            with file.transaction(self._db):
                group.write(self._db, self._clock(), self._bounds.max_bytes)
        except Exception as error:  # noqa: BLE001 - whatever it is, no request may wait for ever
            fault = fault_of(error)
            if fault is StorageFault.OUTBOX_LOCKED and self._may_wait(group):
                return False
        else:
            self._on_stored()
        self._group = None
        self._report(fault)
        group.resolve(fault)
        return True

    def _may_wait(self, group: Group) -> bool:
        return time.monotonic() - group.since < self._bounds.locked_seconds

    def _probe(self) -> None:
        if self._fault is StorageFault.OUTBOX_FULL and self._bounds.max_bytes < _PROBE_BYTES:
            return
        try:
            check_file(file.path(self._data_dir), self._identity)
            # Its own connection: readiness may be asked on another thread than the loop's.
            with closing(file.connect(file.path(self._data_dir), durable=True)) as db:
                if self._fault is StorageFault.DISK_FULL:
                    # A WAL keeps its size when its rows are gone: truncated, it frees the space.
                    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                check_space(db, self._data_dir, self._bounds.spare_bytes)
                if self._fault:
                    _write_and_clear(db)
        except (sqlite3.Error, OSError, OutboxUnavailable) as error:
            self._report(fault_of(error))
        else:
            self._report(None)

    def _report(self, fault: StorageFault | None) -> None:
        if fault is not self._fault:
            self._fault = fault
            if fault:
                _log.error("outbox.unavailable", reason=fault)
            else:
                _log.info("outbox.recovered")


def _write_and_clear(db: sqlite3.Connection) -> None:
    for filler in (bytes(_PROBE_BYTES), None):
        with file.transaction(db):
            db.execute("UPDATE state SET probe = ?", (filler,))
