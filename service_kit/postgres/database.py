# SPDX-License-Identifier: Apache-2.0
"""Where the database is, and connections to it that are fit for a threaded service."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from peewee import InterfaceError, OperationalError, PostgresqlDatabase
from playhouse.pool import PooledPostgresqlDatabase
from psycopg2.extensions import make_dsn, parse_dsn

from service_kit.postgres.embedded import EmbeddedPostgres
from service_kit.settings import ServiceSettings
from service_kit.tables import Row

CONNECTION_LOST = (OperationalError, InterfaceError)
"""What peewee raises when the server is away, stops, or takes too long."""

_CONNECT_SECONDS = 3  # within a caller's patience, and longer than a PostgreSQL under load needs
_STATEMENT_MS = 5_000  # no statement of ours is meant to run for longer
_WAIT_FOR_CONNECTION_SECONDS = 2


class DatabaseUnset(Exception):
    """Production names its database; nothing is started in its place."""


def database_url(settings: ServiceSettings) -> str:
    """Return the database's address, starting the embedded PostgreSQL where none is named.

    Outside production only; it keeps its data in TELESIFT_DATA_DIR and ends with the last
    process that uses it. Raises `DatabaseUnset` or `EmbeddedPostgresFailed`.
    """
    if settings.database_url:
        return settings.database_url
    if settings.is_production:
        raise DatabaseUnset("DATABASE_URL is required when ENVIRONMENT=production")
    return _embedded(settings.data_dir / "postgres").url


@lru_cache
def _embedded(directory: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(directory)


def as_role(url: str, role: str) -> str:
    """Return the same database as seen by a role, where one superuser is at hand."""
    return make_dsn(url, options=f"-c role={role}")


def pool(
    url: str,
    max_connections: int,
    pool_class: type[PooledPostgresqlDatabase] = PooledPostgresqlDatabase,
) -> PooledPostgresqlDatabase:
    """Open a pool of at most `max_connections`, one for each thread that uses it.

    Nothing connects before the first statement, so that a service starts without its database.
    """
    parameters = _parameters(url, f"-c statement_timeout={_STATEMENT_MS}")
    return pool_class(
        parameters.pop("dbname"),
        max_connections=max_connections,
        timeout=_WAIT_FOR_CONNECTION_SECONDS,
        **parameters,
    )


def single(url: str) -> PostgresqlDatabase:
    """Open one connection at a time, without a limit on a statement: for migrations and reports."""
    parameters = _parameters(url)
    return PostgresqlDatabase(parameters.pop("dbname"), **parameters)


def fetch(
    database: PostgresqlDatabase, statement: str, values: Mapping[str, Any] | None = None
) -> list[Row]:
    """Run a statement on an open connection; return its rows, by column name."""
    cursor = database.execute_sql(statement, values)
    if cursor.description is None:
        return []
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _parameters(url: str, *options: str) -> dict[str, Any]:
    given: dict[str, Any] = parse_dsn(url)
    options = (given.get("options", ""), "-c timezone=UTC", *options)
    defaults = {
        "dbname": given.get("user", "postgres"),
        "application_name": "telesift",
        "connect_timeout": _CONNECT_SECONDS,
        "tcp_user_timeout": _STATEMENT_MS,
        # A connection to a host that died fails within a minute.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    return defaults | given | {"options": " ".join(options).strip()}
