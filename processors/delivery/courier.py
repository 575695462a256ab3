# SPDX-License-Identifier: Apache-2.0
"""One thread a sink: takes what the sink has not got, hands it over, settles.

Because each sink has its own, one that is dead or hangs delays nobody else.
"""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Final

import structlog

from processors.delivery import backlog, store
from processors.delivery.backoff import Backoff
from processors.delivery.claim import Claim
from processors.delivery.sinks import Batch, Receipt, Retry, Sink

# Long enough for a batch to gather under load (a fifth of it cost 8 % more CPU), too short to be
# noticed.
_GATHER_SECONDS: Final = 0.1
# Other workers' events come without a wake-up: look again soon, and less often when it is quiet.
_SOON_SECONDS: Final = 0.05
_IDLE_SECONDS: Final = 0.2

_log = structlog.get_logger()


class Courier(threading.Thread):
    """Delivers to one sink until it is stopped, and then what is left, while time allows."""

    def __init__(self, data_dir: Path, sink: Sink, backoff: Backoff | None = None) -> None:
        # A daemon: a sink that hangs for good must not keep the process from ending.
        super().__init__(name=f"courier-{sink.name}", daemon=True)
        self._data_dir = data_dir
        self._sink = sink
        self._backoff = backoff or Backoff()
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._deadline = 0.0
        self._idle = _SOON_SECONDS
        self._unsettled: tuple[Batch, Receipt] | None = None

    @property
    def sink(self) -> str:
        """The name of its sink."""
        return self._sink.name

    @property
    def failures(self) -> int:
        """How many tries in a row went wrong; any thread may ask."""
        return self._backoff.failures

    def wake(self) -> None:
        """Say that there is something to deliver; called after each commit, so it must be quick."""
        if not self._news.is_set():
            self._news.set()

    def stop(self, grace_seconds: float) -> None:
        """Deliver what is there for at most that long, then end; `join` waits for it."""
        self._deadline = time.monotonic() + grace_seconds
        self._stopping.set()
        self._news.set()

    def run(self) -> None:
        """Deliver until stopped; the thread's own main function."""
        # NORMAL: the settlement of a batch that a power cut undoes only has it delivered again.
        db = store.connect(store.file(self._data_dir), durable=False)
        claim = Claim(self._data_dir, self._sink.name)
        try:
            while not self._is_over():
                self._turn(db, claim)
        finally:
            self._sink.close()
            claim.close()
            db.close()

    def _turn(self, db: sqlite3.Connection, claim: Claim) -> None:
        try:
            delivered = self._deliver_next(db, claim)
        except Retry as retry:
            self._pause(retry.reason, retry.after_seconds)
        except Exception as error:  # noqa: BLE001 - no fault of one batch may end deliveries
            self._pause(type(error).__name__)
        else:
            self._rest(delivered)

    def _deliver_next(self, db: sqlite3.Connection, claim: Claim) -> bool:
        """Deliver and settle one batch; False when there is none, or somebody changes rows."""
        if not claim.take():
            return False
        try:
            return self._deliver_claimed(db)
        finally:
            if self._unsettled is None:  # a receipt must meet the rows that it is about
                claim.release()

    def _deliver_claimed(self, db: sqlite3.Connection) -> bool:
        if self._unsettled is None:
            batch = backlog.next_batch(db, self._sink.name)
            if batch is None:
                return False
            self._unsettled = batch, self._sink.deliver(batch)
        # A settlement that fails is tried again by itself: the events need not go out twice.
        backlog.settle(db, self._sink.name, *self._unsettled)
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
            self._news.wait(self._idle)
            self._news.clear()
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
