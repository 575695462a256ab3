# SPDX-License-Identifier: Apache-2.0
"""What we hold about a person, to hand over or to erase (GDPR articles 15 and 17)."""

from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
from peewee import PostgresqlDatabase

from processors.delivery.outbox import file, owners
from service_kit.postgres import fetch

TABLES: Final = ("psr_ratings", "psr_impressions", "telemetry_events")
"""Tables with an `owner_id`; a deployment without the database sink lacks the last."""

OUTBOX: Final = "outbox"
"""Events that still wait for a sink; on a machine without a processor there are none."""


def export(
    database: PostgresqlDatabase, data_dir: Path, owner_id: UUID
) -> dict[str, list[dict[str, Any]]]:
    """Return every row and every waiting event about an owner, a list for each place."""
    tables = {
        table: fetch(
            database,
            f"SELECT * FROM {table} WHERE owner_id = %(owner)s",  # noqa: S608 - a name of ours
            {"owner": owner_id},
        )
        for table in _present(database)
    }
    if not _has_outbox(data_dir):
        return tables
    waiting = owners.pending(data_dir, owner_id)
    return tables | {OUTBOX: [msgspec.json.decode(event.as_line()) for event in waiting]}


def erase(
    database: PostgresqlDatabase, data_dir: Path, owner_id: UUID, *, wait_seconds: float
) -> dict[str, int]:
    """Delete everything about an owner, and count it for each place.

    The outbox goes first: what was on its way to the database is then there to be deleted.
    Raises `owners.StillDelivering`, with nothing erased.
    """
    waiting = (
        {OUTBOX: owners.erase(data_dir, owner_id, wait_seconds=wait_seconds)}
        if _has_outbox(data_dir)
        else {}
    )
    with database.atomic():
        tables = {
            table: database.execute_sql(
                f"DELETE FROM {table} WHERE owner_id = %s",  # noqa: S608 - a name of ours
                (owner_id,),
            ).rowcount
            for table in _present(database)
        }
    return tables | waiting


def damaged_files(data_dir: Path) -> list[str]:
    """Return the damaged outbox files that were set aside: one person cannot be erased in them."""
    return sorted(path.name for path in file.folder(data_dir).glob("outbox.corrupt-*"))


def _has_outbox(data_dir: Path) -> bool:
    return file.file(data_dir).exists()


def _present(database: PostgresqlDatabase) -> list[str]:
    exists = "SELECT to_regclass(%(table)s) IS NOT NULL AS present"
    return [table for table in TABLES if fetch(database, exists, {"table": table})[0]["present"]]
