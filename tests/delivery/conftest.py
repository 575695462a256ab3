# SPDX-License-Identifier: Apache-2.0
"""A database with the processor's schema, without partitions and events."""

from collections.abc import Iterator

import pytest
from peewee import PostgresqlDatabase

from processors.delivery.sinks.postgres import partitions
from processors.delivery.sinks.postgres.migrations import HISTORY
from service_kit import postgres
from service_kit.postgres import migrations


@pytest.fixture(scope="module")
def migrated_url(database_url: str) -> str:
    """Return the module's database, migrated."""
    migrations.up(postgres.single(database_url), [HISTORY])
    return database_url


@pytest.fixture
def database(migrated_url: str) -> Iterator[PostgresqlDatabase]:
    """Return a way to the emptied table, not connected."""
    database = postgres.single(migrated_url)
    with database.connection_context():
        for old in partitions.existing(database):
            database.execute_sql(f"DROP TABLE {old.name}")
        database.execute_sql("TRUNCATE telemetry_retention_receipts")
    yield database
    database.close()
