# SPDX-License-Identifier: Apache-2.0
"""Reads PostgreSQL as an analyst may: the views, and not a table beneath them."""

from collections.abc import Mapping
from textwrap import dedent
from typing import Any, Final

from peewee import ProgrammingError
from playhouse.pool import MaxConnectionsExceeded
from psycopg import ClientCursor

from dashboard.messages import Table
from service_kit.http.problem import Unavailable
from service_kit.postgres import CONNECTION_LOST, Pool

_RETRY_SECONDS: Final = 5

# A year of ratings takes longer, and sorts more, than what a service's request is given.
_MORE: Final = (
    "SET LOCAL statement_timeout = '30s'; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"
)


class Views:
    """Runs statements over a pool whose login is a member of the analysts' role."""

    def __init__(self, database: Pool) -> None:
        self._database = database

    def read(self, statement: str, values: Mapping[str, Any]) -> Table:
        """Run a statement; the table has it with its values filled in.

        Raises `Unavailable` where the database is away or its schema is missing.
        """
        try:
            with self._database.connection_context(), self._database.atomic():
                self._database.execute_sql(_MORE)
                text = dedent(statement).strip()
                cursor = self._database.execute_sql(text, values)
                columns = [column.name for column in cursor.description]
                rows = [dict(zip(columns, row, strict=True)) for row in cursor]
                return Table(columns, rows, sql=self._filled_in(text, values))
        except (*CONNECTION_LOST, MaxConnectionsExceeded) as error:
            raise _unavailable("The database is away.", "database_away") from error
        except ProgrammingError as error:
            raise _unavailable("The database lacks its schema.", "schema_missing") from error

    def _filled_in(self, text: str, values: Mapping[str, Any]) -> str:
        return ClientCursor(self._database.connection()).mogrify(text, values)

    def check(self) -> str | None:
        """Return a reason code unless both services' views are there to be read."""
        try:
            self.read("SELECT FROM psr_analytics.daily, telemetry_analytics.hourly LIMIT 0", {})
        except Unavailable as error:
            return error.code
        return None


def _unavailable(detail: str, code: str) -> Unavailable:
    return Unavailable(detail, retry_after=_RETRY_SECONDS, code=code)
