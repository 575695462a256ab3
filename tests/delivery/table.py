# SPDX-License-Identifier: Apache-2.0
"""Batches for the table of events, and what is in it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from msgspec import json
from peewee import PostgresqlDatabase

from processors.delivery.outbox.batch import Batch, Row
from processors.delivery.outbox.frames import compress
from processors.delivery.sinks.postgres import partitions
from tests.delivery.samples import log_record

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = 7

Record = dict[str, Any]


def record(ts: datetime = NOON, uid: str | None = None, **ids: str) -> Record:
    """Return an accepted event; `ids` are attributes with a `_` for each dot."""
    made = log_record(uid or str(uuid4()))
    made["timeUnixNano"] = str(int(ts.timestamp() * 1_000_000) * 1000)
    for attribute in made["attributes"]:
        name = attribute["key"].replace(".", "_")
        if name in ids:
            attribute["value"]["stringValue"] = ids[name]
    return made


def batch(*rows: Sequence[Record], stored_at: datetime = NOON) -> Batch:
    """Make a batch of rows of the outbox."""
    return Batch(
        0,
        [
            Row(seq, len(records), frame(records), stored_at.timestamp())
            for seq, records in enumerate(rows, start=1)
        ],
    )


def frame(records: Sequence[Record]) -> bytes:
    """Make a request's frame."""
    service = {"key": "service.name", "value": {"stringValue": "vault"}}
    scope_logs = {"scope": {"name": "sdk"}, "logRecords": records}
    return compress(json.encode({"resource": {"attributes": [service]}, "scopeLogs": [scope_logs]}))


def uid_of(made: Record) -> str:
    """Return an event's id."""
    return str(made["attributes"][0]["value"]["stringValue"])


def stored_ids(database: PostgresqlDatabase) -> list[str]:
    """List the ids in the table, in order, one for each row."""
    return sorted(row[0] for row in rows(database, "SELECT id::text FROM telemetry_events"))


def rows(database: PostgresqlDatabase, query: str) -> list[tuple[Any, ...]]:
    """Run a query."""
    with database.connection_context():
        return list(database.execute_sql(query).fetchall())


def names(database: PostgresqlDatabase) -> list[str]:
    """List the partitions' days, as `yyyymmdd`."""
    with database.connection_context():
        return [found.name[-8:] for found in partitions.existing(database)]
