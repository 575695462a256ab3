# SPDX-License-Identifier: Apache-2.0
"""Schema migrations: each service owns a directory of them, and a history of its own.

The scripts are playhouse.migrations' (`up(migrator, db)`, `down(migrator, db)`); this module adds
a lock, so that replicas which start together do not migrate together.
All of a run is one transaction, and the lock is that transaction's: behind a pooler a session's
lock would be anybody's. So a script cannot say `atomic = False`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from peewee import PostgresqlDatabase
from playhouse.migrations import Runner
from psycopg import sql

from service_kit.postgres.log_settings import quieten

_LOCK_KEY = 0x7E1E51F7  # any number, as long as every Telesift process takes the same

_ENSURE_ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN
    CREATE ROLE {name} NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;  -- roles belong to the whole server: another database's migration was quicker
END $$
"""

# The role that creates another is a member of it from PostgreSQL 16 on.
_DROP_UNUSED_ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_auth_members
    WHERE roleid = to_regrole('{name}') AND member <> current_user::regrole
  ) THEN
    DROP ROLE IF EXISTS {name};
  END IF;
EXCEPTION WHEN dependent_objects_still_exist OR undefined_object THEN
  NULL;  -- something in a database of this server is still granted to it
END $$
"""


@dataclass(frozen=True, slots=True)
class History:
    """One service's migrations.

    `service` names it, and `directory` holds its scripts.
    """

    service: str
    directory: Path

    @property
    def table(self) -> str:
        """Return the name of the table with one row per applied script."""
        return f"{self.service}_migrations"


@dataclass(frozen=True, slots=True)
class Step:
    """One script of a service's history.

    `name` is its file's name, `applied` when it was applied, None while it is pending.
    """

    service: str
    name: str
    applied: datetime | None


def up(database: PostgresqlDatabase, histories: Sequence[History]) -> list[str]:
    """Apply every pending script, all of them or none, and return their names."""
    with _alone(database):
        return [name for history in histories for name in _runner(database, history).up()]


def down(database: PostgresqlDatabase, history: History, target: str | None = None) -> list[str]:
    """Revert the latest script, or every one back through `target`, and return their names."""
    with _alone(database):
        return list(_runner(database, history).down(target))


def status(database: PostgresqlDatabase, histories: Sequence[History]) -> list[Step]:
    """Return every script, applied or pending, in the order in which they run."""
    with database.connection_context():
        return [
            Step(history.service, row.name, row.applied)
            for history in histories
            for row in _runner(database, history).status()
        ]


def describe(
    database: PostgresqlDatabase, relation: str, comment: str, columns: Mapping[str, str]
) -> None:
    """Set the comments of a relation ("TABLE name" or "VIEW schema.name") and of its columns.

    The data dictionary is written from them. The names are a migration's own literals, never input.
    """
    _comment(database, relation, comment)
    _, name = relation.split()
    for column, meaning in columns.items():
        _comment(database, f"COLUMN {name}.{column}", meaning)


def _comment(database: PostgresqlDatabase, of: str, comment: str) -> None:
    """Set one comment, as a literal: COMMENT takes no parameters."""
    literal = sql.Literal(comment).as_string(database.connection()).replace("%", "%%")
    database.execute_sql(f"COMMENT ON {of} IS {literal}")


def ensure_role(database: PostgresqlDatabase, name: str) -> None:
    """Create a role that cannot log in, unless the server has it already.

    The name is a migration's own literal, never input.
    """
    database.execute_sql(_ENSURE_ROLE.format(name=name))


def drop_unused_role(database: PostgresqlDatabase, name: str) -> None:
    """Drop a role, unless it has members or is granted something in any database of the server.

    The name is a migration's own literal, never input.
    """
    database.execute_sql(_DROP_UNUSED_ROLE.format(name=name))


def _runner(database: PostgresqlDatabase, history: History) -> Runner:
    return Runner(database, str(history.directory), table_name=history.table)


@contextmanager
def _alone(database: PostgresqlDatabase) -> Iterator[None]:
    with database.connection_context(), database.atomic():
        database.execute_sql("SET LOCAL statement_timeout = 0")  # others may hold it for long
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK_KEY,))
        quieten(database)  # at once: a migration stores the pseudonyms' key
        yield
