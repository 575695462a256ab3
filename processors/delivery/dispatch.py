# SPDX-License-Identifier: Apache-2.0
"""One courier a sink, in exactly one of the worker processes that share an outbox."""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import structlog

from processors.delivery import store
from processors.delivery.chores import Chore
from processors.delivery.courier import Courier
from processors.delivery.sinks import Sink
from processors.delivery.upkeep import upkeep

_LEAD_SECONDS: Final = 0.5  # how soon another worker takes over when the leading one dies
_UPKEEP_SECONDS: Final = 5.0

_log = structlog.get_logger()


class Dispatch:
    """Delivers for all workers once this one leads; the kernel passes the lead on when it dies.

    Two that delivered at once would send everything twice.
    """

    def __init__(
        self,
        data_dir: Path,
        sinks: Sequence[Sink],
        *,
        chores: Sequence[Chore] = (),
        max_age_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._data_dir = data_dir
        self._max_age_seconds = max_age_seconds
        self._clock = clock
        self._couriers = [Courier(data_dir, sink) for sink in sinks]
        self._chores = chores
        self._stopping = threading.Event()
        self._leading = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)

    @property
    def leads(self) -> bool:
        """Whether this worker is the one that delivers."""
        return self._leading.is_set()

    def failures(self) -> Mapping[str, int]:
        """Say for each sink how many tries in a row went wrong."""
        return {courier.sink: courier.failures for courier in self._couriers}

    def due(self) -> Mapping[str, float]:
        """Say for each chore when it has to be done again, in seconds since 1970."""
        return {chore.name: chore.due().timestamp() for chore in self._chores}

    def start(self) -> None:
        """Begin; the outbox must be open. Call it in the worker, after the fork."""
        self._thread.start()

    def notify(self) -> None:
        """Say that something was stored; harmless in a worker that does not lead."""
        for courier in self._couriers:
            courier.wake()

    def stop(self, grace_seconds: float) -> None:
        """Deliver what is there for at most that long, then end; blocks until done."""
        for courier in self._couriers:
            courier.stop(grace_seconds)
        for chore in self._chores:
            chore.stop()
        self._stopping.set()
        self._thread.join(grace_seconds)

    def _run(self) -> None:
        path = store.folder(self._data_dir) / "courier.lock"
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if self._await_lead(lock):
            self._lead()
        os.close(lock)

    def _await_lead(self, lock: int) -> bool:
        while not _take(lock):
            if self._stopping.wait(_LEAD_SECONDS):
                return False
        return True

    def _lead(self) -> None:
        self._leading.set()
        _log.info("delivery.leading")
        for courier in self._couriers:
            courier.start()
        for chore in self._chores:
            chore.start()
        while not self._stopping.wait(_UPKEEP_SECONDS):
            self._look_after()
        # A courier that hangs in its sink beyond the grace time must not meet a successor: the
        # lead stays here until that one ends, or the process does.
        for courier in self._couriers:
            courier.join()

    def _look_after(self) -> None:
        oldest = self._clock() - self._max_age_seconds
        try:
            with closing(store.connect(store.file(self._data_dir), durable=False)) as db:
                upkeep(db, oldest)
        except sqlite3.Error as error:
            _log.warning("outbox.upkeep_failed", reason=type(error).__name__)


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
