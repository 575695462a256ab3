# SPDX-License-Identifier: Apache-2.0
"""The `db` sink: each event once, as a row of PostgreSQL's table `telemetry_events`."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from peewee import PeeweeException, PostgresqlDatabase

from processors.delivery.events_table import partitions, sqlstate
from processors.delivery.events_table.lines import Line, insert, read
from processors.delivery.events_table.retention import Window
from processors.delivery.frames import FrameUnreadable
from processors.delivery.sinks import Batch, Receipt, Retry

Undeliverable = Counter[tuple[str, str]]


def _now() -> datetime:
    return datetime.now(UTC)


class DatabaseSink:
    """Stores a batch in one transaction, over one connection that it opens again by itself.

    An event from outside of the retention's window has no place any more: it would break the
    promise that the receipts make.
    """

    name = "db"

    def __init__(
        self,
        open_database: Callable[[], PostgresqlDatabase],
        retention_days: int,
        *,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._open_database = open_database
        self._retention_days = retention_days
        self._clock = clock
        self._database: PostgresqlDatabase | None = None
        self._days: set[date] = set()  # whose partitions were there when we last looked

    def deliver(self, batch: Batch) -> Receipt:
        """Store what can be stored; raises `Retry` while the database cannot."""
        undeliverable = Undeliverable()
        lines = self._lines(batch, undeliverable)
        try:
            refused = self._store(lines) if lines else []
        except PeeweeException as error:
            self.close()
            raise Retry(sqlstate.reason(error)) from None
        undeliverable.update((line.event, "row_refused") for line in refused)
        return Receipt(batch.events - undeliverable.total(), undeliverable)

    def close(self) -> None:
        """Close the connection, and forget what was known over it."""
        self._days.clear()
        if self._database is not None:
            self._database.close()
            self._database = None

    def _lines(self, batch: Batch, undeliverable: Undeliverable) -> list[Line]:
        window, lines = self._window(), list[Line]()
        for row in batch.rows:
            try:
                for line in read(row):
                    if reason := window.objection(line.ts.date()):
                        undeliverable[line.event, reason] += 1
                    else:
                        lines.append(line)
            except FrameUnreadable:
                undeliverable["", "frame_unreadable"] += row.events
        return lines

    def _window(self) -> Window:
        return Window.at(self._clock(), self._retention_days)

    def _store(self, lines: Sequence[Line]) -> Sequence[Line]:
        if self._database is None:
            self._database = self._open_database()
        self._make_partitions(self._database, {line.ts.date() for line in lines})
        return insert(self._database, lines)

    def _make_partitions(self, database: PostgresqlDatabase, days: set[date]) -> None:
        if days <= self._days:
            return
        with partitions.alone(database):
            # Midnight may have passed, and retention have come and gone, since the batch was read.
            window = self._window()
            partitions.make(database, [day for day in days if not window.objection(day)])
        self._days |= days
