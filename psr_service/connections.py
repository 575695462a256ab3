# SPDX-License-Identifier: Apache-2.0
"""Connections that are handed out unasked, and work that is repeated where one was lost."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from peewee import PeeweeException
from playhouse.pool import MaxConnectionsExceeded

from service_kit import postgres
from service_kit.http.problem import Unavailable
from service_kit.postgres import CONNECTION_LOST, Pool, is_outdated, is_read_only

RETRY_SECONDS: Final = 5
"""When a caller may try again after the database was away; PostgreSQL restarts in less."""

Result = TypeVar("Result")


class _Lost(Exception):
    """The connection ended, or is of no use any more; another may serve."""


class Connections(Pool):
    """A pool for work that may be done twice.

    Peewee's own pool asks the server before each use whether the connection still lives, and
    holds a lock meanwhile: a third of a small request's time, and all threads wait.
    """

    def _is_closed(self, conn: Any) -> bool:
        return bool(conn.closed)

    def run(self, work: Callable[[], Result]) -> Result:
        """Run some work on a connection, once more on a fresh one if that was lost.

        After a failover the old connections lead to a server that takes no writes any more; a
        fresh one leads to the new primary, wherever the name or the address says that it is.
        Raises `Unavailable` where the database is away, takes too long, or takes no writes.
        """
        try:
            try:
                return self._run_once(work)
            except _Lost:
                self.close_idle()  # what idled through a restart is lost as well
                return self._run_once(work)
        except _Lost as error:
            raise _unavailable(error.__cause__) from error
        except (*CONNECTION_LOST, MaxConnectionsExceeded) as error:
            raise _unavailable(error) from error

    def _run_once(self, work: Callable[[], Result]) -> Result:
        with self.connection_context():
            try:
                return work()
            except PeeweeException as error:
                if is_read_only(error) or is_outdated(error):
                    self.connection().close()
                    raise _Lost from error
                if isinstance(error, CONNECTION_LOST) and self.connection().closed:
                    raise _Lost from error
                raise


def _unavailable(error: BaseException | None) -> Unavailable:
    if isinstance(error, PeeweeException) and is_read_only(error):
        return Unavailable(
            "The database takes no writes.", retry_after=RETRY_SECONDS, code="database_read_only"
        )
    return Unavailable("The database is away.", retry_after=RETRY_SECONDS, code="database_away")


def connect(url: str, most: int) -> Connections:
    """Open a pool of at most `most` connections; nothing connects before the first work."""
    connections: Connections = postgres.pool(url, most, Connections, prepares=True)
    return connections
