# SPDX-License-Identifier: Apache-2.0
"""What we hold about a person, to hand over or to erase (GDPR articles 15 and 17)."""

from typing import Any, Final
from uuid import UUID

from peewee import PostgresqlDatabase

from psr_service.store import fetch

TABLES: Final = ("psr_ratings", "psr_impressions", "telemetry_events")
"""Tables with an `owner_id`; a deployment without the database sink lacks the last."""


def export(database: PostgresqlDatabase, owner_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Give every row about an owner, a list for each table."""
    return {
        table: fetch(
            database,
            f"SELECT * FROM {table} WHERE owner_id = %(owner)s",  # noqa: S608 - a name of ours
            {"owner": owner_id},
        )
        for table in _present(database)
    }


def erase(database: PostgresqlDatabase, owner_id: UUID) -> dict[str, int]:
    """Delete every row about an owner, in one transaction, and count them for each table."""
    with database.atomic():
        return {
            table: database.execute_sql(
                f"DELETE FROM {table} WHERE owner_id = %s",  # noqa: S608 - a name of ours
                (owner_id,),
            ).rowcount
            for table in _present(database)
        }


def _present(database: PostgresqlDatabase) -> list[str]:
    exists = "SELECT to_regclass(%(table)s) IS NOT NULL AS present"
    return [table for table in TABLES if fetch(database, exists, {"table": table})[0]["present"]]
