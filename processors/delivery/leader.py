# SPDX-License-Identifier: Apache-2.0
"""One relay per sink, and the regular jobs, in exactly one of the workers that share an outbox."""

import math
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import structlog

from processors.delivery.lock import FileLock, leader_lock
from processors.delivery.outbox import file
from processors.delivery.outbox.health import maintain
from processors.delivery.relay import Relay
from processors.delivery.sinks import OpenDatabase
from processors.delivery.sinks.sink import Sink, SinkName
from service_kit.clock import STEADY, SteadyClock

_LEAD_SECONDS: Final = 0.5  # how soon another worker takes over when the leading one dies
_MAINTENANCE_SECONDS: Final = 5.0

_log = structlog.get_logger()


class Job(Protocol):
    """What has to be done regularly beside delivering; a thread, as a rule."""

    name: str

    def start(self) -> None:
        """Start; called once, when this worker leads."""

    def stop(self) -> None:
        """Start nothing new; must not block, and be harmless before `start`."""

    def due(self) -> datetime:
        """Return when the job has to run again; a moment in the past while it fails."""


def open_jobs(
    names: Sequence[SinkName], open_database: OpenDatabase, retention_days: int
) -> list[Job]:
    """Make the jobs that the sinks of TELEMETRY_SINK bring with them."""
    if SinkName.DB not in names:
        return []
    from processors.delivery.sinks.postgres.retention import DailyRetention

    return [DailyRetention(open_database, retention_days)]


class Leader:
    """Delivers for all workers once this one leads; the kernel passes the lead on when it dies.

    Two that delivered at once would send everything twice.
    """

    def __init__(
        self,
        data_dir: Path,
        sinks: Sequence[Sink],
        *,
        jobs: Sequence[Job] = (),
        max_age_seconds: float,
        clock: SteadyClock = STEADY,
    ) -> None:
        self._data_dir = data_dir
        self._max_age_seconds = max_age_seconds
        self._clock = clock
        self._relays = [Relay(data_dir, sink) for sink in sinks]
        self._jobs = jobs
        self._stopping = threading.Event()
        self._leading = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leader", daemon=True)

    @property
    def leads(self) -> bool:
        """Return whether this worker is the one that delivers."""
        return self._leading.is_set()

    def failures(self) -> Mapping[str, int]:
        """Return how many tries in a row went wrong, by sink."""
        return {relay.sink: relay.failures for relay in self._relays}

    def due(self) -> Mapping[str, float]:
        """Return when each job has to be done again, in seconds since 1970, by job."""
        return {job.name: job.due().timestamp() for job in self._jobs}

    def start(self) -> None:
        """Start delivering; the outbox must be open. Call it in the worker, after the fork."""
        self._thread.start()

    def notify(self) -> None:
        """Wake the relays after a commit; harmless in a worker that does not lead."""
        for relay in self._relays:
            relay.wake()

    def stop(self, grace_seconds: float) -> None:
        """Deliver what is there for at most that long, then end; blocks until done."""
        for relay in self._relays:
            relay.stop(grace_seconds)
        for job in self._jobs:
            job.stop()
        self._stopping.set()
        self._thread.join(grace_seconds)

    def _run(self) -> None:
        with closing(leader_lock(file.folder(self._data_dir))) as lock:
            if self._await_lead(lock):
                self._lead()

    def _await_lead(self, lock: FileLock) -> bool:
        while not lock.take():
            if self._stopping.wait(_LEAD_SECONDS):
                return False
        return True

    def _lead(self) -> None:
        self._leading.set()
        _log.info("delivery.leading")
        for relay in self._relays:
            relay.start()
        for job in self._jobs:
            job.start()
        while not self._stopping.wait(_MAINTENANCE_SECONDS):
            self._maintain()
        # A relay that hangs in its sink beyond the grace time must not meet a successor: the
        # lead stays here until that one ends, or the process does.
        for relay in self._relays:
            relay.join()

    def _maintain(self) -> None:
        # A clock that was just set tells no age: by a wrong one everything would expire.
        age = self._max_age_seconds if self._clock.is_confirmed else math.inf
        try:
            with closing(file.connect(file.path(self._data_dir), durable=False)) as db:
                maintain(db, self._clock.time() - age)
        except sqlite3.Error as error:
            _log.warning("outbox.maintenance_failed", reason=type(error).__name__)
