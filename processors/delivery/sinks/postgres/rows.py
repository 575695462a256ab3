# SPDX-License-Identifier: Apache-2.0
"""Stored events as rows of the table, and the one statement that puts them there."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct
from peewee import DataError, OperationalError, PostgresqlDatabase

from processors.delivery.outbox.batch import Row
from processors.delivery.sinks.postgres import sqlstate
from service_kit.fields import UUID_PATTERN


class EventRow(Struct, frozen=True, gc=False):
    """One row of the table, under its columns' names.

    `id` and `owner_id` are UUIDs; `payload` is attributes and resource; `ts` is when the event
    happened and `received_at` when it came, both in UTC; ids that it does not have are None.
    """

    id: str
    owner_id: str
    event: str
    payload: dict[str, Any]
    ts: datetime
    received_at: datetime
    trace_id: str | None
    session_id: str | None


_COLUMNS: Final = ", ".join(EventRow.__struct_fields__)
# One parameter for all rows. As quick as COPY through a temporary table, at less than half
# its work on our side, where the event loop waits for it; execute_values is half as quick.
# One statement per transaction, too: the counts that a trigger keeps are locked in order then, and
# processors that store at once wait for each other instead of deadlocking.
_INSERT: Final = f"""
INSERT INTO telemetry_events ({_COLUMNS})
SELECT {_COLUMNS} FROM jsonb_populate_recordset(NULL::telemetry_events, %s)
ON CONFLICT DO NOTHING
"""  # noqa: S608 - names of ours
_STATEMENT_MS: Final = 60_000  # many times what a full batch takes: a server that hangs is left

_is_uuid: Final = re.compile(UUID_PATTERN).fullmatch
_NUL: Final = rb"\u0000"
_has_nul: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000").search  # not a backslash and u0000

_encode = msgspec.json.Encoder().encode


def read(row: Row) -> list[EventRow]:
    """Read a row of the outbox; raises `FrameUnreadable`."""
    received_at = datetime.fromtimestamp(row.stored_at, UTC)
    return [
        EventRow(
            id=event.id,
            owner_id=event.user_id,
            event=event.event,
            payload=event.attributes | event.resource,
            ts=event.ts,
            received_at=received_at,
            trace_id=event.trace_id or None,
            session_id=event.session_id or None,
        )
        for event in row.decoded()
    ]


def insert(database: PostgresqlDatabase, rows: Sequence[EventRow]) -> Sequence[EventRow]:
    """Insert the rows that are not there yet, in one transaction; return those refused for good.

    Where one is refused, the transaction is divided until the culprits stand alone.
    Raises peewee's errors for whatever another try may mend.
    """
    encoded = _encode(rows)
    if _can_be_read(rows, encoded) and _store(database, encoded):
        return []
    if len(rows) == 1:
        return rows
    middle = len(rows) // 2
    return [*insert(database, rows[:middle]), *insert(database, rows[middle:])]


def _can_be_read(rows: Sequence[EventRow], encoded: bytes) -> bool:
    """Return whether PostgreSQL can read the rows: what it could not, its log would quote."""
    has_nul = _NUL in encoded and _has_nul(encoded)
    return not has_nul and all(_is_uuid(row.id) and _is_uuid(row.owner_id) for row in rows)


def _store(database: PostgresqlDatabase, encoded: bytes) -> bool:
    """Insert encoded rows; return False where one of them is refused for good."""
    try:
        with database.atomic():
            database.execute_sql(f"SET LOCAL statement_timeout = {_STATEMENT_MS}")
            database.execute_sql(_INSERT, (encoded.decode(),))
    except (DataError, OperationalError) as error:
        if not sqlstate.refuses_row(error):
            raise
        return False
    return True
