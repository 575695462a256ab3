# SPDX-License-Identifier: Apache-2.0
"""Retention as the service runs it: once a day, and again until it worked."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog
from peewee import PeeweeException, PostgresqlDatabase

from processors.delivery.events_table import retention, sqlstate
from processors.delivery.events_table.retention import RetentionReceipt
from service_kit.tracing import error_type

_LOOK_SECONDS: Final = 60.0

_log = structlog.get_logger()


def _now() -> datetime:
    return datetime.now(UTC)


class DailyRetention(threading.Thread):
    """Looks every minute whether retention is due, and asks the database only then.

    A thread of its own: a database that hangs keeps nothing else waiting.
    """

    def __init__(
        self,
        open_database: Callable[[], PostgresqlDatabase],
        days: int,
        *,
        clock: Callable[[], datetime] = _now,
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        super().__init__(name="retention", daemon=True)
        self._open_database = open_database
        self._days = days
        self._clock = clock
        self._look_seconds = look_seconds
        self._began = clock()
        self._latest: RetentionReceipt | None = None
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Look no more; a run under way is left to finish or to end with the process."""
        self._stopping.set()

    def due(self) -> datetime:
        """Say when retention must run again: at once, until it is known to have run."""
        return self._latest.next_due if self._latest else self._began

    def run(self) -> None:
        """Look until stopped; the thread's own main function."""
        while not self._stopping.is_set():
            self._look()
            self._stopping.wait(self._look_seconds)

    def _look(self) -> None:
        now = self._clock()
        if self._latest and self._latest.holds(now):
            return
        try:
            self._latest = self._ask(now)
        except PeeweeException as error:
            _log.warning("retention.failed", reason=sqlstate.reason(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, tomorrow is another day
            _log.warning("retention.failed", reason=error_type(error))

    def _ask(self, now: datetime) -> RetentionReceipt:
        database = self._open_database()
        with database.connection_context():
            receipt = retention.run_if_due(database, self._days, now)
        if receipt.at == now:
            _log.info("retention.ran", made=receipt.made, dropped=receipt.dropped)
        if receipt.older_rows:
            _log.error("retention.older_rows_left", rows=receipt.older_rows)
        return receipt
