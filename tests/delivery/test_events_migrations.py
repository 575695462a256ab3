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

NAMES = ["0001_tables", "0002_usage"]
TABLES = {
    "telemetry_events",
    "telemetry_retention_receipts",
    "telemetry_hours",
    "telemetry_latencies",
}


@pytest.fixture
def empty(new_database: Callable[[], str]) -> Iterator[PostgresqlDatabase]:
    """Return an empty database."""
    database = postgres.single(new_database())
    yield database
    database.close()


OBJECTS = """
SELECT pg_describe_object(classid, objid, 0) FROM (
  SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspname ~ '^telemetry'
  UNION ALL
  SELECT 'pg_class'::regclass, oid FROM pg_class
  WHERE relname ~ '^telemetry' OR relnamespace::regnamespace::text = 'telemetry_analytics'
  UNION ALL
  SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE proname ~ '^telemetry'
) AS objects (classid, objid)
"""


def objects(database: PostgresqlDatabase) -> set[str]:
    return {name for (name,) in rows(database, OBJECTS)}


def test_up_down_up(empty: PostgresqlDatabase) -> None:
    """Down takes partitions and events along and leaves nothing behind, so that up works again."""
    assert NAMES == migrations.up(empty, [HISTORY])
    created = objects(empty)
    assert {f"table {name}" for name in TABLES} < created
    with empty.connection_context():
        retention.run(empty, DAYS, NOON)
    assert created < objects(empty)
    assert NAMES[::-1] == migrations.down(empty, HISTORY, NAMES[0])
    assert set() == objects(empty)
    assert NAMES == migrations.up(empty, [HISTORY])
    assert created == objects(empty)


def test_each_service_has_a_history_of_its_own(empty: PostgresqlDatabase) -> None:
    """`telesift db` runs them all; reverting the processor's leaves the ratings where they are."""
    migrations.up(empty, HISTORIES)
    migrations.down(empty, HISTORY, NAMES[0])
    pending = {step.service for step in migrations.status(empty, HISTORIES) if not step.applied}
    assert {"processor"} == pending
    privilege = "SELECT has_schema_privilege('psr_analyst', 'psr_analytics', 'USAGE')"
    assert [(True,)] == rows(empty, privilege)
    assert NAMES == migrations.up(empty, HISTORIES)


@pytest.fixture
def partition(database: PostgresqlDatabase) -> str:
    """Return the name of the one partition that there is."""
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


def test_owners_functions_search_pg_catalog_alone(database: PostgresqlDatabase) -> None:
    """A function that runs as its owner finds nothing by a name that others may have made."""
    found = rows(
        database,
        "SELECT proname, proconfig FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace AND proname ~ '^telemetry_'",
    )
    assert [("telemetry_count_events", ["search_path=pg_catalog, pg_temp"])] == found
