# SPDX-License-Identifier: Apache-2.0
"""The way to the table, from the settings."""

import threading
from typing import Final

from peewee import PostgresqlDatabase

from processors.delivery.sinks.postgres.migrations import HISTORY
from service_kit import postgres
from service_kit.postgres import migrations
from service_kit.settings import ServiceSettings

# The sink and the retention job each have a thread of their own; one of them starts the server.
_one_starts: Final = threading.Lock()


def open_database(settings: ServiceSettings) -> PostgresqlDatabase:
    """Open one connection at a time to DATABASE_URL, or to the embedded PostgreSQL.

    Outside production the schema is brought up to date; in production that is the deployment's
    `telesift db migrate`.
    Raises peewee's errors where the database is away, or `EmbeddedPostgresFailed`.
    """
    with _one_starts:
        database = postgres.single(postgres.database_url(settings))
    if not settings.is_production:
        migrations.up(database, [HISTORY])
    return database
