# SPDX-License-Identifier: Apache-2.0
"""The service's only SQL besides the migrations: stores ratings and impressions, and reads them.

Each method is one visit to the database, which may be repeated without harm: new ids are chosen
before it. When the database is away it raises `Unavailable`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from peewee import ProgrammingError

from psr_service.connections import RETRY_SECONDS, Connections, Result
from psr_service.messages import ImpressionForm, RatingForm, RatingStored
from psr_service.ratings import DayActivity, day_of
from service_kit.clock import utc_now
from service_kit.http.problem import Unavailable
from service_kit.postgres import fetch
from service_kit.tables import Row

RATE: Final = """
INSERT INTO psr_ratings
  (id, owner_id, prompt_id, version, rating, note, source, created_at, updated_at, trace_id)
VALUES
  (%(id)s, %(owner_id)s, %(prompt_id)s, %(version)s, %(rating)s, %(note)s, %(source)s,
   %(now)s, %(now)s, %(trace_id)s)
ON CONFLICT (owner_id, prompt_id, day) DO UPDATE SET
  rating = EXCLUDED.rating, note = EXCLUDED.note, version = EXCLUDED.version,
  source = EXCLUDED.source, updated_at = EXCLUDED.updated_at, trace_id = EXCLUDED.trace_id
RETURNING id
"""

AGGREGATE: Final = """
SELECT avg(rating)::float8 AS mean, count(*) AS count
FROM psr_ratings WHERE prompt_id = %(prompt_id)s
"""

ACTIVITY: Final = """
SELECT
  EXISTS (
    SELECT FROM psr_ratings
    WHERE owner_id = %(owner_id)s AND prompt_id = %(prompt_id)s AND day = %(day)s
  ) AS rated,
  EXISTS (
    SELECT FROM psr_impressions
    WHERE owner_id = %(owner_id)s AND prompt_id = %(prompt_id)s AND dismissed_at >= %(midnight)s
  ) AS dismissed,
  (
    SELECT count(*) FROM psr_impressions
    WHERE owner_id = %(owner_id)s AND day = %(day)s
  ) AS shown_in_all
"""

SHOW: Final = """
WITH known AS (
  UPDATE psr_impressions SET dismissed_at = coalesce(dismissed_at, %(dismissed_at)s)
  WHERE owner_id = %(owner_id)s
    AND (id = %(id)s OR (prompt_id = %(prompt_id)s AND day = %(day)s))
  RETURNING id
), new AS (
  INSERT INTO psr_impressions (id, owner_id, prompt_id, version, source, shown_at, dismissed_at)
  SELECT %(id)s, %(owner_id)s, %(prompt_id)s, %(version)s, %(source)s, %(now)s, %(dismissed_at)s
  WHERE NOT EXISTS (SELECT FROM known)
  ON CONFLICT DO NOTHING
  RETURNING id
)
SELECT id FROM known UNION ALL SELECT id FROM new
"""
"""One row per owner, prompt and day, whatever ids a client makes up.

A row that is there is the impression meant, be it by its id, which holds over midnight.
No row comes back where another request was first, or the id is somebody else's.
"""

OWN_RATINGS: Final = """
SELECT version, count(*) AS count, avg(rating)::float8 AS mean, array_agg(rating) AS stars
FROM psr_ratings WHERE owner_id = %(owner_id)s AND prompt_id = %(prompt_id)s
GROUP BY version ORDER BY max(created_at) DESC
"""

SET_MIN_GROUP: Final = """
UPDATE psr_settings SET min_group = %(min_group)s WHERE min_group <> %(min_group)s
"""


SCHEMA_IS_THERE: Final = "SELECT FROM psr_impressions LIMIT 0 FOR KEY SHARE"
"""Locks no row, and is refused like a write where the server takes none."""

MORE_TIME: Final = "SET LOCAL statement_timeout = '30s'"


class Store:
    """Ratings and impressions in PostgreSQL."""

    def __init__(
        self,
        connections: Connections,
        min_group: int,
        *,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        """Keep `min_group` for the first visit, which writes it to the database for its views."""
        self._connections = connections
        self._min_group = min_group
        self._min_group_is_set = False
        self._clock = clock
        self._new_id = new_id

    def rate(
        self, owner_id: UUID, form: RatingForm, trace_id: str | None, *, aggregate: bool
    ) -> RatingStored:
        """Record the rating of an owner, a prompt and a UTC day, replacing an earlier one.

        One statement, decided by the unique index: races and retries leave one row.
        """
        new = msgspec.structs.asdict(form) | {
            "id": self._new_id(),
            "owner_id": owner_id,
            "now": self._clock(),
            "trace_id": trace_id,
        }

        def work() -> RatingStored:
            kept_id = self._row(RATE, new)["id"]
            everybody = self._row(AGGREGATE, new) if aggregate else {"mean": None, "count": None}
            replaced = kept_id != new["id"]
            return RatingStored(kept_id, everybody["mean"], everybody["count"], replaced)

        return self._visit(work)

    def activity_today(self, owner_id: UUID, prompt_id: UUID) -> DayActivity:
        """Return what the owner has seen and done today."""
        today = self._today(owner_id, prompt_id)
        row = self._visit(lambda: self._row(ACTIVITY, today))
        return DayActivity(at=today["now"], **row)

    def show(self, owner_id: UUID, form: ImpressionForm) -> UUID:
        """Record that the question was shown, once per prompt and day; return the row's id."""
        return self._show(owner_id, form, None)

    def dismiss(self, owner_id: UUID, form: ImpressionForm) -> UUID:
        """Record that the question was dismissed, and shown where that was not recorded."""
        return self._show(owner_id, form, self._clock())

    def own_ratings(self, owner_id: UUID, prompt_id: UUID) -> list[Row]:
        """Return count, mean and all the stars of each version, the owner's latest rated first."""
        values = {"owner_id": owner_id, "prompt_id": prompt_id}
        return self._visit(lambda: self._rows(OWN_RATINGS, values))

    def read(self, statement: str, values: Mapping[str, Any]) -> list[Row]:
        """Run a statement of `psr_service.analytics`, which may take longer; returns its rows."""

        def work() -> list[Row]:
            with self._connections.atomic():
                self._rows(MORE_TIME, {})
                return self._rows(statement, values)

        return self._visit(work)

    def check(self) -> str | None:
        """Return a reason code unless the database takes writes and its schema is there."""
        try:
            self._visit(lambda: self._rows(SCHEMA_IS_THERE, {}))
        except Unavailable as error:
            return error.code
        return None

    def _show(self, owner_id: UUID, form: ImpressionForm, dismissed_at: datetime | None) -> UUID:
        impression_id = form.id or self._new_id()
        values = msgspec.structs.asdict(form) | self._today(owner_id, form.prompt_id)
        values |= {"id": impression_id, "dismissed_at": dismissed_at}

        def work() -> UUID:
            # Another request may have made the row at the same moment: the second look finds it.
            rows = self._rows(SHOW, values) or self._rows(SHOW, values)
            return UUID(str(rows[0]["id"])) if rows else impression_id

        return self._visit(work)

    def _today(self, owner_id: UUID, prompt_id: UUID) -> Row:
        now = self._clock()
        midnight = day_of(now)
        return {
            "now": now,
            "owner_id": owner_id,
            "prompt_id": prompt_id,
            "midnight": midnight,
            "day": midnight.date(),
        }

    def _visit(self, work: Callable[[], Result]) -> Result:
        """Run some work that may run twice; raises `Unavailable`."""
        try:
            if not self._min_group_is_set:
                self._connections.run(self._set_min_group)
            return self._connections.run(work)
        except ProgrammingError as error:
            detail = "The database lacks its schema."
            raise Unavailable(detail, retry_after=RETRY_SECONDS, code="schema_missing") from error

    def _set_min_group(self) -> None:
        self._rows(SET_MIN_GROUP, {"min_group": self._min_group})
        self._min_group_is_set = True

    def _row(self, statement: str, values: Mapping[str, Any]) -> Row:
        return self._rows(statement, values)[0]

    def _rows(self, statement: str, values: Mapping[str, Any]) -> list[Row]:
        return fetch(self._connections, statement, values)
