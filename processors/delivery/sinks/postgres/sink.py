# SPDX-License-Identifier: Apache-2.0
"""The `db` sink: each event once, as a row of PostgreSQL's table `telemetry_events`."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime

from peewee import PeeweeException, PostgresqlDatabase

from processors.delivery.outbox.batch import Batch, Receipt
from processors.delivery.outbox.frames import FrameUnreadable
from processors.delivery.sinks.postgres import partitions, sqlstate
from processors.delivery.sinks.postgres.retention import Window
from processors.delivery.sinks.postgres.rows import EventRow, insert, read
from processors.delivery.sinks.sink import Retry
from service_kit.clock import utc_now

Undeliverable = Counter[tuple[str, str]]


class PostgresSink:
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
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._open_database = open_database
        self._retention_days = retention_days
        self._clock = clock
        self._database: PostgresqlDatabase | None = None
        self._days: set[date] = set()  # whose partitions were there when we last looked

    def deliver(self, batch: Batch) -> Receipt:
        """Store what can be stored; raises `Retry` while the database cannot."""
        undeliverable = Undeliverable()
        rows = self._rows(batch, undeliverable)
        try:
            refused = self._store(rows) if rows else []
        except PeeweeException as error:
            self.close()
            raise Retry(sqlstate.reason(error)) from None
        undeliverable.update((row.event, "row_refused") for row in refused)
        return Receipt(batch.events - undeliverable.total(), undeliverable)

    def close(self) -> None:
        """Close the connection, and forget what was known over it."""
        self._days.clear()
        if self._database is not None:
            self._database.close()
            self._database = None

    def _rows(self, batch: Batch, undeliverable: Undeliverable) -> list[EventRow]:
        window, rows = self._window(), list[EventRow]()
        for stored in batch.rows:
            try:
                for row in read(stored):
                    if reason := window.objection(row.ts.date()):
                        undeliverable[row.event, reason] += 1
                    else:
                        rows.append(row)
            except FrameUnreadable:
                undeliverable["", "frame_unreadable"] += stored.events
        return rows

    def _window(self) -> Window:
        return Window.at(self._clock(), self._retention_days)

    def _store(self, rows: Sequence[EventRow]) -> Sequence[EventRow]:
        if self._database is None:
            self._database = self._open_database()
        self._make_partitions(self._database, {row.ts.date() for row in rows})
        return insert(self._database, rows)

    def _make_partitions(self, database: PostgresqlDatabase, days: set[date]) -> None:
        if days <= self._days:
            return
        with partitions.alone(database):
            # Midnight may have passed, and retention have come and gone, since the batch was read.
            window = self._window()
            partitions.make(database, [day for day in days if not window.objection(day)])
        self._days |= days
