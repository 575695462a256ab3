# SPDX-License-Identifier: Apache-2.0
"""What retention did, and the check that nothing older was left."""

from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe

UP = """
CREATE TABLE telemetry_retention_receipts (
  id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  at         timestamptz NOT NULL,
  cutoff     timestamptz NOT NULL,
  made       text[] NOT NULL,
  dropped    text[] NOT NULL,
  older_rows bigint NOT NULL,
  next_due   timestamptz NOT NULL
);
"""

COLUMNS = {
    "id": "Counts the receipts.",
    "at": "When retention ran.",
    "cutoff": "Midnight UTC, TELEMETRY_RETENTION_DAYS before that day: what happened earlier goes.",
    "made": "The partitions that were made ahead.",
    "dropped": "The partitions that were dropped, with all events in them.",
    "older_rows": "How many events from before the cutoff a check found afterwards: 0.",
    "next_due": "When it must run again; a day later it is overdue.",
}


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the table."""
    db.execute_sql(UP)
    describe(
        db,
        "TABLE telemetry_retention_receipts",
        "One row each time that retention ran on telemetry_events.",
        COLUMNS,
    )


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop the table, and with it the proofs."""
    db.execute_sql("DROP TABLE telemetry_retention_receipts")
