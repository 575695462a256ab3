# SPDX-License-Identifier: Apache-2.0
"""The pool of connections, whose absence is an answer of its own: 503, not 500."""

from typing import Any

from peewee import PeeweeException
from playhouse.pool import MaxConnectionsExceeded

from service_kit.http.problem import Unavailable
from service_kit.postgres import CONNECTION_LOST, Pool, is_read_only


class Connections(Pool):
    """A pool that raises `Unavailable` where the database is away, or all threads wait for it."""

    def execute_sql(self, *args: Any, **options: Any) -> Any:
        """Run a statement, on a connection that it takes out of the pool if need be."""
        try:
            return super().execute_sql(*args, **options)
        except (*CONNECTION_LOST, MaxConnectionsExceeded) as error:
            raise Unavailable("The database is away.", code="database_away") from error
        except PeeweeException as error:
            if not is_read_only(error):
                raise
            self._leave()
            raise Unavailable("The database takes no writes.", code="database_read_only") from error

    def _leave(self) -> None:
        """Use none of these connections again: after a failover they lead to the old primary."""
        self.close_idle()
        self.connection().close()
