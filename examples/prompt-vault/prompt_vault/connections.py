# SPDX-License-Identifier: Apache-2.0
"""The pool of connections, whose absence is an answer of its own: 503, not 500."""

from typing import Any

from playhouse.pool import MaxConnectionsExceeded, PooledPostgresqlDatabase

from service_kit.http.problem import Unavailable
from service_kit.postgres import CONNECTION_LOST


class Connections(PooledPostgresqlDatabase):  # type: ignore[misc]  # playhouse has no types
    """A pool that raises `Unavailable` where the database is away, or all threads wait for it."""

    def execute_sql(self, *args: Any, **options: Any) -> Any:
        """Run a statement, on a connection that it takes out of the pool if need be."""
        try:
            return super().execute_sql(*args, **options)
        except (*CONNECTION_LOST, MaxConnectionsExceeded) as error:
            raise Unavailable("The database is away.", code="database_away") from error
