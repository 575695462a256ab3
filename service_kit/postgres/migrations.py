# SPDX-License-Identifier: Apache-2.0
"""Schema migrations: each service owns a directory of them, and a history of its own.

The scripts are playhouse.migrations' (`up(migrator, db)`, `down(migrator, db)`); this module adds
a lock, so that replicas which start together do not migrate together.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from peewee import PostgresqlDatabase
from playhouse.migrations import Runner

_LOCK_KEY = 0x7E1E51F7  # any number, as long as every Telesift process takes the same


@dataclass(frozen=True, slots=True)
class History:
    """One service's migrations: where its scripts lie, and the table that remembers them."""

    service: str
    directory: Path

    @property
    def table(self) -> str:
        """Name the table with one row an applied script."""
        return f"{self.service}_migrations"


@dataclass(frozen=True, slots=True)
class Step:
    """One script, and when it was applied (None while it is pending)."""

    service: str
    name: str
    applied: datetime | None


def up(database: PostgresqlDatabase, histories: Sequence[History]) -> list[str]:
    """Apply every pending script, a transaction each; returns the names of those applied."""
    with _alone(database):
        return [name for history in histories for name in _runner(database, history).up()]


def down(database: PostgresqlDatabase, history: History, target: str | None = None) -> list[str]:
    """Revert the latest script, or every one back through `target`; returns their names."""
    with _alone(database):
        return list(_runner(database, history).down(target))


def status(database: PostgresqlDatabase, histories: Sequence[History]) -> list[Step]:
    """List every script, applied or pending, in the order in which they run."""
    with database.connection_context():
        return [
            Step(history.service, row.name, row.applied)
            for history in histories
            for row in _runner(database, history).status()
        ]


def describe(
    database: PostgresqlDatabase, relation: str, comment: str, columns: Mapping[str, str]
) -> None:
    """Comment a relation ("TABLE name" or "VIEW schema.name") and its columns, for the dictionary.

    The names are a migration's own literals, never input.
    """
    database.execute_sql(f"COMMENT ON {relation} IS %s", (comment,))
    _, name = relation.split()
    for column, meaning in columns.items():
        database.execute_sql(f"COMMENT ON COLUMN {name}.{column} IS %s", (meaning,))


def _runner(database: PostgresqlDatabase, history: History) -> Runner:
    return Runner(database, str(history.directory), table_name=history.table)


@contextmanager
def _alone(database: PostgresqlDatabase) -> Iterator[None]:
    with database.connection_context():
        database.execute_sql("SELECT pg_advisory_lock(%s)", (_LOCK_KEY,))
        try:
            yield
        finally:
            database.execute_sql("SELECT pg_advisory_unlock(%s)", (_LOCK_KEY,))
