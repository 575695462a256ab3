# SPDX-License-Identifier: Apache-2.0
"""The events, a partition a UTC day; the partitions themselves come and go with the days."""

from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe

UP = """
CREATE TABLE telemetry_events (
  id          uuid NOT NULL,
  owner_id    uuid NOT NULL,
  event       text NOT NULL,
  payload     jsonb NOT NULL,
  ts          timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  trace_id    text,
  session_id  text,
  PRIMARY KEY (id, ts)
) PARTITION BY RANGE (ts);
CREATE INDEX telemetry_events_event ON telemetry_events (event, ts);
CREATE INDEX telemetry_events_owner ON telemetry_events (owner_id);
"""

COLUMNS = {
    "id": "Identifies the event, as the client named it (log.record.uid).",
    "owner_id": "Whose session the event is from. Personal data.",
    "event": "The event's name in the catalog (docs/telemetry/events.md).",
    "payload": "The event's attributes and what is known of the sending application, by "
    "catalogued key.",
    "ts": "When it happened, by the client's clock; its UTC day decides the partition.",
    "received_at": "When the processor had it on disk.",
    "trace_id": "The W3C trace that the event belongs to, 32 lowercase hex digits.",
    "session_id": "The visit that the event belongs to. Pseudonymous.",
}


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the table, still without partitions: whoever needs one makes it."""
    db.execute_sql(UP)
    describe(
        db,
        "TABLE telemetry_events",
        "Accepted product events, each once, for TELEMETRY_RETENTION_DAYS.",
        COLUMNS,
    )


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop the table, and with it every partition and event."""
    db.execute_sql("DROP TABLE telemetry_events")
