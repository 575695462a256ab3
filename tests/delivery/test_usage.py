# SPDX-License-Identifier: Apache-2.0
"""What analysts see of events agrees with the events, and names no person."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from peewee import PostgresqlDatabase, ProgrammingError

from processors.delivery.sinks.postgres import partitions
from processors.delivery.sinks.postgres.migrations import HISTORY
from service_kit import postgres
from service_kit.postgres import migrations
from tests.delivery.table import DAY, NOON, rows

INSERT = """
INSERT INTO telemetry_events (id, owner_id, event, payload, ts, received_at)
SELECT gen_random_uuid(), gen_random_uuid(), %s, %s::jsonb, %s, now() FROM generate_series(1, %s)
"""


@pytest.fixture
def counted(new_database: Callable[[], str]) -> PostgresqlDatabase:
    """Return an empty database with partitions for the events of two days."""
    database = postgres.single(new_database())
    migrations.up(database, [HISTORY])
    with database.connection_context(), partitions.alone(database):
        partitions.make(database, [(NOON - DAY).date(), NOON.date()])
    return database


def store(
    database: PostgresqlDatabase, event: str, ts: datetime, n: int, payload: str = "{}"
) -> None:
    with database.connection_context():
        database.execute_sql(INSERT, (event, payload, ts, n))


def as_analyst(database: PostgresqlDatabase, query: str) -> list[Any]:
    with database.connection_context():
        database.execute_sql("SET ROLE psr_analyst")
        return list(database.execute_sql(query).fetchall())


def test_hours_agree_with_the_events(counted: PostgresqlDatabase) -> None:
    """However many statements brought the events of an hour."""
    store(counted, "auth.logout", NOON, 3)
    store(counted, "auth.logout", NOON + DAY / 48, 4)
    store(counted, "auth.logout", NOON - DAY, 5)
    store(counted, "share.viewed", NOON, 6)
    hourly = "SELECT hour, event, n FROM telemetry_analytics.hourly ORDER BY 1, 2"
    assert [
        (NOON - DAY, "auth.logout", 5),
        (NOON, "auth.logout", 7),
        (NOON, "share.viewed", 6),
    ] == as_analyst(counted, hourly)


@pytest.mark.parametrize(
    ("measured", "counted_as"),
    [(0, 0), (1, 1), (99, 99), (100, 100), (104, 100), (105, 110), (995, 1000), (59_949, 60_000)],
)
def test_latencies_are_kept_to_two_digits(
    counted: PostgresqlDatabase, measured: int, counted_as: int
) -> None:
    """Whole milliseconds below 100, and never five percent off above."""
    store(counted, "auth.logout", NOON, 1, f'{{"latency_ms": {measured}}}')
    latencies = "SELECT latency_ms, n FROM telemetry_analytics.latencies"
    assert [(counted_as, 1)] == as_analyst(counted, latencies)


def test_events_without_a_latency_have_none(counted: PostgresqlDatabase) -> None:
    """They are counted by the hour alone."""
    store(counted, "auth.logout", NOON, 1)
    assert [] == as_analyst(counted, "SELECT * FROM telemetry_analytics.latencies")


def test_replicas_that_store_at_once_lose_no_count(counted: PostgresqlDatabase) -> None:
    """Their statements meet on the same hour."""

    def replica_stores() -> None:
        replica = PostgresqlDatabase(counted.database, **counted.connect_params)
        for _ in range(5):
            store(replica, "auth.logout", NOON, 2)

    replicas = [threading.Thread(target=replica_stores) for _ in range(4)]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()
    assert [(40,)] == as_analyst(counted, "SELECT n FROM telemetry_analytics.hourly")


def test_what_was_stored_before_is_counted(counted: PostgresqlDatabase) -> None:
    """Events that were stored before the counts existed are counted."""
    migrations.down(counted, HISTORY, "0002_usage")
    store(counted, "auth.logout", NOON, 3, '{"latency_ms": 7}')
    migrations.up(counted, [HISTORY])
    assert [(3,)] == as_analyst(counted, "SELECT n FROM telemetry_analytics.hourly")
    assert [(7, 3)] == as_analyst(
        counted, "SELECT latency_ms, n FROM telemetry_analytics.latencies"
    )


@pytest.mark.parametrize("table", ["telemetry_events", "telemetry_hours", "telemetry_latencies"])
def test_analyst_cannot_read_the_table(counted: PostgresqlDatabase, table: str) -> None:
    """The views are all there is."""
    with pytest.raises(ProgrammingError):
        as_analyst(counted, f"SELECT FROM {table}")


def test_columns_of_the_views_name_no_person(counted: PostgresqlDatabase) -> None:
    """No owner, no session, no prompt, no trace."""
    found = rows(
        counted,
        "SELECT DISTINCT column_name FROM information_schema.columns"
        " WHERE table_schema = 'telemetry_analytics'",
    )
    assert {"hour", "day", "event", "latency_ms", "n"} == {name for (name,) in found}
