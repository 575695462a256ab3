# SPDX-License-Identifier: Apache-2.0
"""The schema goes up, down and up again, beside the other service's, and explains itself."""

from collections.abc import Callable, Iterator

import pytest
from peewee import IntegrityError, PostgresqlDatabase

from processors.delivery.sinks.postgres import partitions, retention
from processors.delivery.sinks.postgres.migrations import HISTORY
from service_kit import postgres
from service_kit.postgres import migrations
from telesift.database import HISTORIES
from tests.delivery.table import DAYS, NOON, rows

NAMES = ["0001_telemetry_events", "0002_retention_receipts", "0003_usage"]
TABLES = {
    "telemetry_events",
    "telemetry_retention_receipts",
    "telemetry_hours",
    "telemetry_latencies",
}


@pytest.fixture
def empty(new_database: Callable[[], str]) -> Iterator[PostgresqlDatabase]:
    """Give an empty database."""
    database = postgres.single(new_database())
    yield database
    database.close()


def relations(database: PostgresqlDatabase) -> set[str]:
    found = rows(
        database,
        "SELECT relname FROM pg_class WHERE relname ~ '^telemetry_' AND relkind IN ('r', 'p')",
    )
    return {name for (name,) in found}


def test_up_down_up(empty: PostgresqlDatabase) -> None:
    """Down takes partitions and events along and leaves nothing behind, so that up works again."""
    assert NAMES == migrations.up(empty, [HISTORY])
    assert TABLES == relations(empty)
    with empty.connection_context():
        retention.run(empty, DAYS, NOON)
    assert len(relations(empty)) > len(TABLES)
    assert NAMES[::-1] == migrations.down(empty, HISTORY, NAMES[0])
    assert set() == relations(empty)
    assert NAMES == migrations.up(empty, [HISTORY])
    assert TABLES == relations(empty)


def test_each_service_has_a_history_of_its_own(empty: PostgresqlDatabase) -> None:
    """`telesift db` runs them all; reverting the processor's leaves the ratings where they are."""
    migrations.up(empty, HISTORIES)
    migrations.down(empty, HISTORY, NAMES[0])
    pending = {step.service for step in migrations.status(empty, HISTORIES) if not step.applied}
    assert {"processor"} == pending
    assert NAMES == migrations.up(empty, HISTORIES)


@pytest.fixture
def partition(database: PostgresqlDatabase) -> str:
    """Make one partition, and name it."""
    with database.connection_context(), partitions.alone(database):
        return partitions.make(database, [NOON.date()])[0]


def test_everything_has_a_comment(database: PostgresqlDatabase, partition: str) -> None:
    """The data dictionary is made of them; a partition's columns have them too."""
    for table in (*TABLES, partition):
        bare = rows(
            database,
            "SELECT attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND"
            f" attrelid = '{table}'::regclass AND col_description(attrelid, attnum) IS NULL",
        )
        assert [] == bare
    for table in TABLES:
        assert [(True,)] == rows(database, f"SELECT obj_description('{table}'::regclass) > ''")


def test_a_partition_has_the_tables_indexes(database: PostgresqlDatabase, partition: str) -> None:
    """The key that stores once, the analyst's, and that of whoever asks for their data."""
    found = rows(
        database,
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
        f" WHERE indrelid = '{partition}'::regclass ORDER BY indisprimary DESC, 1",
    )
    assert ["(id, ts)", "(event, ts)", "(owner_id)"] == [
        definition.partition(" btree ")[2] for (definition,) in found
    ]


@pytest.mark.parametrize("column", ["id", "owner_id", "event", "payload", "ts", "received_at"])
def test_the_table_itself_refuses_gaps(
    database: PostgresqlDatabase, partition: str, column: str
) -> None:
    """Whatever a writer believes: an event without an owner could never be erased."""
    values = {
        "id": "gen_random_uuid()",
        "owner_id": "gen_random_uuid()",
        "event": "'auth.logout'",
        "payload": "'{}'",
        "ts": "'2026-11-23 12:00Z'",
        "received_at": "now()",
    }
    insert = "INSERT INTO telemetry_events ({}) VALUES ({})"
    with database.connection_context():
        database.execute_sql(insert.format(", ".join(values), ", ".join(values.values())))
        values[column] = "NULL"
        with pytest.raises(IntegrityError):
            database.execute_sql(insert.format(", ".join(values), ", ".join(values.values())))
