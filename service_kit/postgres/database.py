# SPDX-License-Identifier: Apache-2.0
"""Where the database is, and connections to it that are fit for a threaded service."""

import threading
from collections.abc import Mapping
from contextlib import nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from peewee import InterfaceError, OperationalError, PeeweeException, PostgresqlDatabase
from playhouse.pool import MaxConnectionsExceeded, PooledPostgresqlDatabase
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from service_kit.postgres.embedded import EmbeddedPostgres
from service_kit.settings import ServiceSettings
from service_kit.tables import Row

CONNECTION_LOST = (OperationalError, InterfaceError)
"""What peewee raises when the server is away, stops, or takes too long."""

_CONNECT_SECONDS = 3  # within a caller's patience, and longer than a PostgreSQL under load needs
_STATEMENT_MS = 5_000  # no statement of ours is meant to run for longer
_WAIT_FOR_CONNECTION_SECONDS = 2
_READ_ONLY: Final = "25006"
_PLAN_OUTDATED: Final = "0A000"  # "cached plan must not change result type"
_USES_BEFORE_PREPARING: Final = 5


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


class Database(PostgresqlDatabase):
    """A database with settings of ours for each connection, directly or through a pooler.

    A direct connection is given them once. Behind a pooler in transaction mode a session is
    somebody else's a moment later, so there each transaction is given them, and whatever is not
    in one becomes one; and statements are not prepared.
    Nothing is sent with the start of a connection: poolers refuse `options`.
    """

    def init(self, database: str | None, *args: Any, **kwargs: Any) -> None:
        """Name the database; `connection_settings` are names and values of PostgreSQL's.

        With `prepares`, what is said often is prepared: a third quicker. Ask `is_outdated` then.
        """
        self._prepares: bool = kwargs.pop("prepares", False)
        self._connection_settings: Mapping[str, str] = kwargs.pop("connection_settings", {})
        self._has_pooler = False
        super().init(database, *args, **{**kwargs, "prefer_psycopg3": True})

    @property
    def has_pooler(self) -> bool:
        """Whether the latest connection leads to a pooler; False before the first."""
        return self._has_pooler

    def begin(self, isolation_level: Any = None) -> None:
        """Begin a transaction, with our settings in it where a session cannot hold them."""
        if not self._has_pooler:
            super().begin(isolation_level)
            return
        if isolation_level is not None:
            raise NotImplementedError("an isolation level behind a pooler")
        try:
            self._run(f"BEGIN; {self._set('SET LOCAL')}")  # at once: a pooler is one host more
        except Exception:
            self.rollback()
            raise

    def rollback(self) -> None:
        """Roll back; of a connection that was lost the server has done so by itself."""
        if self.is_closed() or not self.connection().closed:
            super().rollback()

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        """Run a statement, in a transaction of its own where our settings need one."""
        if self.is_closed() and self.autoconnect:
            self.connect()
        if not self._has_pooler or self.in_transaction():
            return self._run(sql, params)
        with self.atomic():
            return self._run(sql, params)

    def connection(self) -> "Connection[Any]":
        """Return the driver's own connection of this thread, opened if need be."""
        connection: Connection[Any] = super().connection()  # type: ignore[no-untyped-call]
        return connection

    def _run(self, sql: str, params: Any = None) -> Any:
        return super().execute_sql(sql, params)  # type: ignore[no-untyped-call]

    def _connect(self) -> "Connection[Any]":
        connection: Connection[Any] = super()._connect()  # type: ignore[misc]  # stubs lack it
        try:
            self._set_up(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_up(self, connection: "Connection[Any]") -> None:
        self._has_pooler = _has_pooler(connection)
        prepares = self._prepares and not self._has_pooler
        connection.prepare_threshold = _USES_BEFORE_PREPARING if prepares else None
        if not self._has_pooler:
            connection.execute(self._set("SET"))

    def _set(self, command: str) -> Any:
        # Names and values of ours: SET takes no parameters.
        pairs = self._connection_settings.items()
        return "; ".join(f"{command} {name} = '{value}'" for name, value in pairs)


class _Opening(Database):
    """Opens a pool's connections without its lock: threads do not wait for each other's.

    Where a host does not answer, the last of eight would wait eight times its patience.
    """

    _pool_lock: "threading.RLock"
    _in_use: Mapping[int, Any]
    _max_connections: int
    _opening = 0

    def _connect(self) -> "Connection[Any]":
        if len(self._in_use) + self._opening >= self._max_connections:
            raise MaxConnectionsExceeded
        self._opening += 1
        self._pool_lock.release()  # whoever takes a connection out of the pool holds it once
        try:
            return super()._connect()
        finally:
            self._pool_lock.acquire()
            self._opening -= 1


class Pool(PooledPostgresqlDatabase, _Opening):  # type: ignore[misc]  # playhouse has no types
    """A pool of such connections, one for each thread at most."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock = nullcontext()  # Peewee's other lock: what it guards is a thread's own


def _has_pooler(connection: "Connection[Any]") -> bool:
    """Return whether the process that answers is another than the one that took the connection.

    PgBouncer and its like make a process id up for each client: the server's own are shared.
    """
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return row is None or row[0] != connection.info.backend_pid


def pool(
    url: str,
    max_connections: int,
    pool_class: type[Pool] = Pool,
    *,
    role: str | None = None,
    prepares: bool = False,
) -> Pool:
    """Open a pool of at most `max_connections`, one for each thread that uses it.

    Nothing connects before the first statement, so that a service starts without its database.
    """
    parameters = _parameters(url)
    return pool_class(
        parameters.pop("dbname"),
        max_connections=max_connections,
        timeout=_WAIT_FOR_CONNECTION_SECONDS,
        connection_settings=_settings(role) | {"statement_timeout": f"{_STATEMENT_MS}"},
        prepares=prepares,
        **parameters,
    )


def single(url: str, *, role: str | None = None) -> Database:
    """Open one connection at a time, without a limit on a statement: for migrations and reports.

    `role` is who it acts as, where the login may: in development one superuser is everybody.
    """
    parameters = _parameters(url)
    return Database(
        parameters.pop("dbname"),
        connection_settings=_settings(role),
        **parameters,
    )


def fetch(
    database: PostgresqlDatabase, statement: str, values: Mapping[str, Any] | None = None
) -> list[Row]:
    """Run a statement on an open connection; return its rows, by column name."""
    cursor = database.execute_sql(statement, values)
    if cursor.description is None:
        return []
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def sqlstate(error: PeeweeException) -> str:
    """Return PostgreSQL's own code of an error; "" where the connection broke before one came."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def is_read_only(error: PeeweeException) -> bool:
    """Return whether the server takes no writes: a standby, or one that was set so."""
    return sqlstate(error) == _READ_ONLY


def is_outdated(error: PeeweeException) -> bool:
    """Return whether a prepared statement fails from now on: a migration changed its result."""
    return sqlstate(error) == _PLAN_OUTDATED


def _settings(role: str | None) -> dict[str, str]:
    return {"timezone": "UTC"} | ({"role": role} if role else {})


def _parameters(url: str) -> dict[str, Any]:
    given = conninfo_to_dict(url)
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
    return defaults | given
