# SPDX-License-Identifier: Apache-2.0
"""`telesift retention`, on a real database."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from peewee import PostgresqlDatabase
from typer.testing import CliRunner, Result

from processors.delivery.sinks.postgres import retention
from telesift.commands.retention import app
from tests.delivery.table import DAY, DAYS, names

Run = Callable[..., Result]


@pytest.fixture
def run(migrated_url: str, database: PostgresqlDatabase) -> Run:
    """Return a function that runs the command on the emptied table."""

    def run(*arguments: str, **environ: str) -> Result:
        env = {"DATABASE_URL": migrated_url} | environ
        return CliRunner().invoke(app, arguments, env=env)

    return run


def test_run_prints_its_receipt(run: Run, database: PostgresqlDatabase) -> None:
    """TELEMETRY_RETENTION_DAYS decides; the receipt printed is the one that is kept."""
    result = run("run", TELEMETRY_RETENTION_DAYS="2")
    assert 0 == result.exit_code, result.output
    receipt = json.loads(result.output)
    assert (4, [], 0) == (len(receipt["made"]), receipt["dropped"], receipt["older_rows"])
    assert 4 == len(names(database))
    assert receipt == json.loads(run("status").output)


def test_run_fails_where_older_events_are_left(run: Run, database: PostgresqlDatabase) -> None:
    """So that whoever scheduled it notices."""
    with database.connection_context():
        database.execute_sql(
            "CREATE TABLE wide PARTITION OF telemetry_events FOR VALUES FROM ('2020-01-01Z')"
            " TO ('2100-01-01Z')"
        )
        database.execute_sql(
            "INSERT INTO telemetry_events VALUES (gen_random_uuid(), gen_random_uuid(), 'e', '{}',"
            " '2020-01-02Z', now())"
        )
    result = run("run")
    assert (1, 1) == (result.exit_code, json.loads(result.output)["older_rows"])


@pytest.mark.parametrize(("days_ago", "exit_code"), [(None, 1), (0, 0), (1, 0), (2, 1), (30, 1)])
def test_status_is_red_when_retention_is_overdue(
    run: Run, database: PostgresqlDatabase, days_ago: int | None, exit_code: int
) -> None:
    """Also when it never ran: a missing run must not go unnoticed."""
    if days_ago is not None:
        with database.connection_context():
            retention.run(database, DAYS, datetime.now(UTC) - days_ago * DAY)
    assert exit_code == run("status").exit_code


def test_a_database_without_the_schema_costs_a_line(
    run: Run, new_database: Callable[[], str]
) -> None:
    """It says what to look at, and nothing of the address."""
    url = new_database()
    result = run("run", DATABASE_URL=url)
    assert 1 == result.exit_code
    assert "is it up, and migrated?" in result.output
    assert url not in result.output
