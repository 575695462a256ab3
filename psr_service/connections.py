# SPDX-License-Identifier: Apache-2.0
"""Connections that are handed out unasked, and work that is repeated where one was lost."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from playhouse.pool import MaxConnectionsExceeded, PooledPostgresqlDatabase

from service_kit import postgres
from service_kit.http.problem import Unavailable
from service_kit.postgres import CONNECTION_LOST

RETRY_SECONDS: Final = 5
"""When a caller may try again after the database was away; PostgreSQL restarts in less."""

Result = TypeVar("Result")


class _Lost(Exception):
    """The connection ended while it was used; the database may well be there."""


class Connections(PooledPostgresqlDatabase):  # type: ignore[misc]  # playhouse has no types
    """A pool for work that may be done twice.

    Peewee's own pool asks the server before each use whether the connection still lives, and
    holds a lock meanwhile: a third of a small request's time, and all threads wait.
    """

    def _is_closed(self, conn: Any) -> bool:
        return bool(conn.closed)

    def run(self, work: Callable[[], Result]) -> Result:
        """Run some work on a connection, once more on a fresh one if that was lost.

        Raises `Unavailable` where the database is away, or takes too long.
        """
        try:
            try:
                return self._run_once(work)
            except _Lost:
                self.close_idle()  # what idled through a restart is lost as well
                return self._run_once(work)
        except (*CONNECTION_LOST, MaxConnectionsExceeded, _Lost) as error:
            raise Unavailable(
                "The database is away.", retry_after=RETRY_SECONDS, code="database_away"
            ) from error

    def _run_once(self, work: Callable[[], Result]) -> Result:
        with self.connection_context():
            try:
                return work()
            except CONNECTION_LOST as error:
                if self.connection().closed:
                    raise _Lost from error
                raise


def connect(url: str, most: int) -> Connections:
    """Open a pool of at most `most` connections; nothing connects before the first work."""
    connections: Connections = postgres.pool(url, most, Connections)
    return connections
