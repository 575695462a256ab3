# SPDX-License-Identifier: Apache-2.0
"""The partitions of `telemetry_events`, one per UTC day of `ts`: made ahead, dropped as a whole."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from msgspec import Struct
from peewee import PostgresqlDatabase

_LOCK_KEY: Final = 0x7E1E51F8  # any number, as long as every processor takes the same
# Other sessions queue behind one that waits for a lock on the table: give up and try again.
_LOCK_MS: Final = 3_000

_PARTITIONS: Final = r"""
SELECT name, lower_bound[1]::timestamptz, upper_bound[1]::timestamptz
FROM (
  SELECT inhrelid::regclass::text AS name, pg_get_expr(relpartbound, inhrelid) AS bounds
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'telemetry_events'::regclass
) AS partitions,
  regexp_match(bounds, $$FROM \('([^']+)'\)$$) AS lower_bound,
  regexp_match(bounds, $$TO \('([^']+)'\)$$) AS upper_bound
ORDER BY 2
"""

# Attaching lets others go on writing; CREATE TABLE ... PARTITION OF would lock them out.
_MAKE: Final = """
CREATE TABLE {name} (LIKE telemetry_events INCLUDING COMMENTS);
ALTER TABLE telemetry_events ATTACH PARTITION {name} FOR VALUES FROM ('{begins}') TO ('{ends}');
"""


class Partition(Struct, frozen=True):
    """The table `name` with the events of `begins` <= ts < `ends`; None where it is unbounded."""

    name: str
    begins: datetime | None
    ends: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Return whether an event of that moment belongs here."""
        return bool(self.begins and self.ends and self.begins <= moment < self.ends)


@contextmanager
def alone(database: PostgresqlDatabase) -> Iterator[None]:
    """Hold the lock under which one process makes and drops partitions, in one transaction."""
    with database.atomic():
        database.execute_sql(f"SET LOCAL lock_timeout = {_LOCK_MS}")
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK_KEY,))
        yield


def existing(database: PostgresqlDatabase) -> list[Partition]:
    """List the partitions, the earliest first."""
    return [Partition(*row) for row in database.execute_sql(_PARTITIONS).fetchall()]


def make(database: PostgresqlDatabase, days: Iterable[date]) -> list[str]:
    """Make the partitions of these days where they are missing; returns their names.

    Call it inside `alone`.
    """
    there = existing(database)
    missing = [day for day in sorted(days) if not any(old.covers(midnight(day)) for old in there)]
    for day in missing:
        database.execute_sql(
            _MAKE.format(
                name=_name(day), begins=midnight(day), ends=midnight(day + timedelta(days=1))
            )
        )
    return [_name(day) for day in missing]


def drop_before(database: PostgresqlDatabase, cutoff: datetime) -> list[str]:
    """Drop the partitions that end at `cutoff` or earlier; returns their names.

    Call it inside `alone`.
    """
    old = [p.name for p in existing(database) if p.ends is not None and p.ends <= cutoff]
    for name in old:
        database.execute_sql(f"DROP TABLE {name}")
    return old


def midnight(day: date) -> datetime:
    """Return the moment at which a UTC day begins."""
    return datetime.combine(day, time(), UTC)


def _name(day: date) -> str:
    return f"telemetry_events_{day:%Y%m%d}"
