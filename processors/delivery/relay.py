# SPDX-License-Identifier: Apache-2.0
"""One thread per sink: takes what the sink has not got, hands it over, settles.

Because each sink has its own, one that is dead or hangs delays no other.
"""

import random
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from processors.delivery.lock import FileLock, sink_lock
from processors.delivery.outbox import backlog, file
from processors.delivery.outbox.batch import Batch, Receipt
from processors.delivery.sinks.sink import Retry, Sink

# Long enough for a batch to gather under load (a fifth of it cost 8 % more CPU), too short to be
# noticed.
_GATHER_SECONDS: Final = 0.1
# Other workers' events come without a wake-up: look again soon, and less often when it is quiet.
_SOON_SECONDS: Final = 0.05
_IDLE_SECONDS: Final = 0.2

FIRST_SECONDS: Final = 0.5
MOST_SECONDS: Final = 30.0
# A longer Retry-After is more likely a mistake than meant; another try is cheap.
_MOST_ASKED_SECONDS: Final = 300.0
_MOST_DOUBLINGS: Final = 10

Settle = Callable[[sqlite3.Connection, str, Batch, Receipt], None]

_log = structlog.get_logger()


class Backoff:
    """Exponential back-off with full jitter, so that many senders do not return in step.

    Source: AWS Architecture Blog, "Exponential Backoff And Jitter"; OTLP asks for both.
    """

    def __init__(self, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._uniform = uniform
        self.failures = 0
        """How many tries in a row went wrong."""

    def failed(self, after_seconds: float | None = None) -> float:
        """Count a failure; return the seconds to wait, never less than the other side asked."""
        ceiling = min(MOST_SECONDS, FIRST_SECONDS * 2 ** min(self.failures, _MOST_DOUBLINGS))
        self.failures += 1
        asked = min(after_seconds or 0.0, _MOST_ASKED_SECONDS)
        return asked + self._uniform(0.0, ceiling)

    def succeeded(self) -> None:
        """Start again from the shortest wait."""
        self.failures = 0


class Relay(threading.Thread):
    """Delivers to one sink until it is stopped, and then what is left, while time allows."""

    def __init__(
        self,
        data_dir: Path,
        sink: Sink,
        backoff: Backoff | None = None,
        *,
        settle: Settle = backlog.settle,
    ) -> None:
        # A daemon: a sink that hangs for good must not keep the process from ending.
        super().__init__(name=f"relay-{sink.name}", daemon=True)
        self._data_dir = data_dir
        self._sink = sink
        self._backoff = backoff or Backoff()
        self._settle = settle
        self._stored = threading.Event()
        self._stopping = threading.Event()
        self._deadline = 0.0
        self._idle = _SOON_SECONDS
        self._unsettled: tuple[Batch, Receipt] | None = None

    @property
    def sink(self) -> str:
        """Return the name of its sink."""
        return self._sink.name

    @property
    def failures(self) -> int:
        """Return how many tries in a row went wrong; any thread may ask."""
        return self._backoff.failures

    def wake(self) -> None:
        """Look for rows now; called after each commit, so it must be quick."""
        if not self._stored.is_set():
            self._stored.set()

    def stop(self, grace_seconds: float) -> None:
        """Deliver what is there for at most that long, then end; `join` waits for it."""
        self._deadline = time.monotonic() + grace_seconds
        self._stopping.set()
        self._stored.set()

    def run(self) -> None:
        """Deliver until stopped; the thread's own main function."""
        # NORMAL: the settlement of a batch that a power cut undoes only has it delivered again.
        db = file.connect(file.path(self._data_dir), durable=False)
        lock = sink_lock(file.folder(self._data_dir), self._sink.name)
        try:
            while not self._is_over():
                self._turn(db, lock)
        finally:
            self._sink.close()
            lock.close()
            db.close()

    def _turn(self, db: sqlite3.Connection, lock: FileLock) -> None:
        try:
            delivered = self._deliver_next(db, lock)
        except Retry as retry:
            self._pause(retry.reason, retry.after_seconds)
        except Exception as error:  # noqa: BLE001 - no fault of one batch may end deliveries
            self._pause(type(error).__name__)
        else:
            self._rest(delivered)

    def _deliver_next(self, db: sqlite3.Connection, lock: FileLock) -> bool:
        """Deliver and settle one batch; False when there is none, or its rows are being changed."""
        if not lock.take():
            return False
        try:
            return self._deliver_locked(db)
        finally:
            if self._unsettled is None:  # a receipt must meet the rows that it is about
                lock.release()

    def _deliver_locked(self, db: sqlite3.Connection) -> bool:
        if self._unsettled is None:
            batch = backlog.next_batch(db, self._sink.name)
            if batch is None:
                return False
            self._unsettled = batch, self._sink.deliver(batch)
        # A settlement that fails is tried again by itself: the events need not go out twice.
        self._settle(db, self._sink.name, *self._unsettled)
        self._unsettled = None
        if self._backoff.failures:
            _log.info("sink.recovered", sink=self._sink.name, failures=self._backoff.failures)
            self._backoff.succeeded()
        return True

    def _rest(self, delivered: bool) -> None:
        if delivered:
            self._idle = _SOON_SECONDS
            self._stopping.wait(_GATHER_SECONDS)
        elif self._stopping.is_set():
            self._deadline = 0.0
        else:
            self._stored.wait(self._idle)
            self._stored.clear()
            self._idle = min(2 * self._idle, _IDLE_SECONDS)

    def _pause(self, reason: str, after_seconds: float | None = None) -> None:
        """Wait before the next try; a stop cuts the wait short for one last try."""
        seconds = self._backoff.failed(after_seconds)
        _log.warning("sink.failing", sink=self._sink.name, reason=reason, retry_seconds=seconds)
        if self._stopping.is_set():
            self._deadline = 0.0
        self._stopping.wait(seconds)

    def _is_over(self) -> bool:
        return self._stopping.is_set() and time.monotonic() >= self._deadline
