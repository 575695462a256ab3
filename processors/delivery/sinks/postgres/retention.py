# SPDX-License-Identifier: Apache-2.0
"""How long events stay, and the receipts that say they are gone.

An event stays for TELEMETRY_RETENTION_DAYS whole days after the UTC day on which it happened, so
that clients' oldest events have a place; it then goes with its day's partition.
"""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

import structlog
from msgspec import Struct, structs
from peewee import PeeweeException, PostgresqlDatabase

from processors.delivery.sinks.postgres import partitions, sqlstate
from processors.delivery.sinks.postgres.partitions import midnight
from service_kit.clock import utc_now
from service_kit.telemetry import error_type

_DAY: Final = timedelta(days=1)
_GRACE: Final = timedelta(days=1)

_COUNT_OLDER: Final = "SELECT count(*) FROM telemetry_events WHERE ts < %s"
_COLUMNS: Final = "at, cutoff, made, dropped, older_rows, next_due"
_WRITE: Final = f"""
INSERT INTO telemetry_retention_receipts ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)
"""  # noqa: S608 - names of ours
_LATEST: Final = f"""
SELECT {_COLUMNS} FROM telemetry_retention_receipts ORDER BY id DESC LIMIT 1
"""  # noqa: S608


class Window(Struct, frozen=True):
    """The UTC days whose events are kept, `first` and `last` included."""

    first: date
    last: date

    @classmethod
    def at(cls, now: datetime, days: int) -> "Window":
        """Return the window as of a moment.

        It reaches as far ahead as back: the clock may have been set back since an event was
        taken.
        """
        today = now.astimezone(UTC).date()
        return cls(today - days * _DAY, today + days * _DAY)

    def objection(self, day: date) -> str | None:
        """Return the reason code why events of a day cannot be kept; None where they can."""
        if day < self.first:
            return "past_retention"
        return "far_future" if day > self.last else None


class RetentionReceipt(Struct, frozen=True):
    """What one run did, in UTC.

    `at` is when it ran; `made` and `dropped` name partitions; `older_rows` is how many events from
    before `cutoff` a check found afterwards; `next_due` is when it must run again.
    """

    at: datetime
    cutoff: datetime
    made: list[str]
    dropped: list[str]
    older_rows: int
    next_due: datetime

    def holds(self, now: datetime) -> bool:
        """Return whether nothing needs to be done yet."""
        return self.at <= now < self.next_due

    def overdue(self, now: datetime) -> bool:
        """Return whether the run after this one should have been there by now."""
        return now >= self.next_due + _GRACE


def run(database: PostgresqlDatabase, days: int, now: datetime) -> RetentionReceipt:
    """Make the partitions through tomorrow, drop those past `days`, and write a receipt.

    All or nothing, one at a time, and harmless to repeat.
    Raises peewee's errors: a long read keeps a partition from being dropped.
    """
    with partitions.alone(database):
        return _run(database, days, now)


def run_if_due(database: PostgresqlDatabase, days: int, now: datetime) -> RetentionReceipt:
    """Run unless another processor did since the last midnight UTC; return the latest receipt."""
    with partitions.alone(database):
        previous = latest(database)
        return previous if previous and previous.holds(now) else _run(database, days, now)


def latest(database: PostgresqlDatabase) -> RetentionReceipt | None:
    """Return the last receipt, or None where retention never ran."""
    row = database.execute_sql(_LATEST).fetchone()
    return RetentionReceipt(*row) if row else None


def _run(database: PostgresqlDatabase, days: int, now: datetime) -> RetentionReceipt:
    today, first = now.astimezone(UTC).date(), Window.at(now, days).first
    cutoff = midnight(first)
    receipt = RetentionReceipt(
        at=now,
        cutoff=cutoff,
        made=partitions.make(database, (first + n * _DAY for n in range(days + 2))),
        dropped=partitions.drop_before(database, cutoff),
        older_rows=database.execute_sql(_COUNT_OLDER, (cutoff,)).fetchone()[0],
        next_due=midnight(today + _DAY),
    )
    database.execute_sql(_WRITE, structs.astuple(receipt))
    return receipt


_LOOK_SECONDS: Final = 60.0
_MOST_DISAGREEMENT: Final = timedelta(hours=1)


class ClockDisagrees(Exception):
    """The database's clock and ours differ by hours: one is wrong, and events would go too soon."""


def agrees_with_database(database: PostgresqlDatabase, now: datetime) -> bool:
    """Return whether our clock may decide which events are old."""
    theirs: datetime = database.execute_sql("SELECT now()").fetchone()[0]
    return abs(theirs - now) <= _MOST_DISAGREEMENT


_log = structlog.get_logger()


class DailyRetention(threading.Thread):
    """Looks every minute whether retention is due, and asks the database only then.

    A thread of its own: a database that hangs keeps nothing else waiting.
    """

    def __init__(
        self,
        open_database: Callable[[], PostgresqlDatabase],
        days: int,
        *,
        clock: Callable[[], datetime] = utc_now,
        agrees: Callable[[PostgresqlDatabase, datetime], bool] = agrees_with_database,
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        super().__init__(name="retention", daemon=True)
        self._open_database = open_database
        self._days = days
        self._clock = clock
        self._agrees = agrees
        self._look_seconds = look_seconds
        self._began = clock()
        self._latest: RetentionReceipt | None = None
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Stop looking; a run under way is left to finish or to end with the process."""
        self._stopping.set()

    def due(self) -> datetime:
        """Return when retention must run again: at once, until it is known to have run."""
        return self._latest.next_due if self._latest else self._began

    def run(self) -> None:
        """Run retention when it is due, until stopped; the thread's own main function."""
        while not self._stopping.is_set():
            self._look()
            self._stopping.wait(self._look_seconds)

    def _look(self) -> None:
        now = self._clock()
        if self._latest and self._latest.holds(now):
            return
        try:
            self._latest = self._ask(now)
        except ClockDisagrees:
            _log.error("retention.failed", reason="clock_disagrees")
        except PeeweeException as error:
            _log.warning("retention.failed", reason=sqlstate.reason(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
            _log.warning("retention.failed", reason=error_type(error))

    def _ask(self, now: datetime) -> RetentionReceipt:
        database = self._open_database()
        with database.connection_context():
            if not self._agrees(database, now):
                raise ClockDisagrees
            receipt = run_if_due(database, self._days, now)
        if receipt.at == now:
            _log.info("retention.ran", made=receipt.made, dropped=receipt.dropped)
        if receipt.older_rows:
            _log.error("retention.older_rows_left", rows=receipt.older_rows)
        return receipt
