# SPDX-License-Identifier: Apache-2.0
"""The events, one partition per UTC day, and the receipts of the retention that drops partitions.

The partitions themselves are made and dropped as days pass, not here.
"""

from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe

EVENTS = """
CREATE TABLE public.telemetry_events (
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
CREATE INDEX telemetry_events_event ON public.telemetry_events (event, ts);
CREATE INDEX telemetry_events_owner ON public.telemetry_events (owner_id);
"""

EVENTS_COLUMNS = {
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

RECEIPTS = """
CREATE TABLE public.telemetry_retention_receipts (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  at         timestamptz NOT NULL,
  cutoff     timestamptz NOT NULL,
  made       text[] NOT NULL,
  dropped    text[] NOT NULL,
  older_rows bigint NOT NULL,
  next_due   timestamptz NOT NULL
);
"""

RECEIPTS_COLUMNS = {
    "id": "Counts the receipts.",
    "at": "When retention ran.",
    "cutoff": "Midnight UTC, TELEMETRY_RETENTION_DAYS before that day: what happened earlier goes.",
    "made": "The partitions that were made ahead.",
    "dropped": "The partitions that were dropped, with all events in them.",
    "older_rows": "How many events from before the cutoff a check found afterwards: 0.",
    "next_due": "When it must run again; a day later it is overdue.",
}


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create both tables, that of the events without partitions."""
    db.execute_sql(EVENTS)
    describe(
        db,
        "TABLE public.telemetry_events",
        "Accepted product events, each once, for TELEMETRY_RETENTION_DAYS.",
        EVENTS_COLUMNS,
    )
    db.execute_sql(RECEIPTS)
    describe(
        db,
        "TABLE public.telemetry_retention_receipts",
        "One row each time that retention ran on telemetry_events.",
        RECEIPTS_COLUMNS,
    )


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop both tables, and with them every partition, event and receipt."""
    db.execute_sql("DROP TABLE public.telemetry_retention_receipts, public.telemetry_events")
