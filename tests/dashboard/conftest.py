# SPDX-License-Identifier: Apache-2.0
"""Ratings and events in a real PostgreSQL, and the dashboard over them as its role sees it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from falcon import testing
from peewee import PostgresqlDatabase

from dashboard.app import create_app
from dashboard.settings import DashboardSettings
from processors.delivery.sinks.postgres import partitions
from service_kit import postgres
from service_kit.postgres import migrations
from service_kit.settings import read
from telesift.database import HISTORIES
from tests.services import TOKENS, Running, free_port, serving

TODAY = date(2026, 11, 23)
LOVED, HATED, SMALL = (str(UUID(int=number)) for number in (101, 102, 103))

RATE = """
INSERT INTO psr_ratings (id, owner_id, prompt_id, version, rating, source, created_at)
SELECT gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
  %(prompt)s, %(version)s, %(stars)s, %(source)s, %(day)s::date + interval '12 hours'
FROM generate_series(1, %(people)s) n
"""
SHOW = """
INSERT INTO psr_impressions (id, owner_id, prompt_id, version, source, shown_at, dismissed_at)
SELECT gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
  %(prompt)s, %(version)s, %(source)s, %(day)s::date + interval '12 hours',
  CASE WHEN n > %(people)s THEN %(day)s::date + interval '13 hours' END
FROM generate_series(1, %(people)s + %(dismissed)s) n
"""
STORE = """
INSERT INTO telemetry_events (id, owner_id, event, payload, ts, received_at)
SELECT gen_random_uuid(), gen_random_uuid(), %(event)s, jsonb_build_object('latency_ms', n),
  %(day)s::date + interval '12 hours', now()
FROM generate_series(1, %(n)s) n
"""
RATINGS = [  # prompt, version, stars, people, source, day
    (LOVED, "v1", 4, 6, "copy", "2026-11-20"),
    (LOVED, "v2", 5, 9, "copy", "2026-11-22"),
    (HATED, "v1", 2, 7, "duplicate", "2026-11-21"),
    (SMALL, "v1", 5, 3, "manual", "2026-11-23"),
]
EVENTS = [("prompt_copied", 40, "2026-11-22"), ("prompt_copied", 20, "2026-11-23"),
          ("auth.logout", 7, "2026-11-23")]  # fmt: skip


@pytest.fixture(scope="session")
def seeded(new_database: Callable[[], str]) -> str:
    """Return a database with ratings, impressions and events."""
    url = new_database()
    database = postgres.single(url)
    migrations.up(database, HISTORIES)
    with database.connection_context(), database.atomic():
        partitions.make(database, [date(2026, 11, 22), TODAY])
        for values in RATINGS:
            keys = ("prompt", "version", "stars", "people", "source", "day")
            row = dict(zip(keys, values, strict=True)) | {"dismissed": 2}
            database.execute_sql(RATE, row)
            database.execute_sql(SHOW, row)
        for event, n, day in EVENTS:
            database.execute_sql(STORE, {"event": event, "n": n, "day": day})
    return url


@pytest.fixture(scope="session")
def sql(seeded: str) -> Callable[[str], list[dict[str, Any]]]:
    """Return a function that runs a query as the tables' owner."""

    def run(query: str) -> list[dict[str, Any]]:
        database: PostgresqlDatabase = postgres.single(seeded)
        with database.connection_context():
            cursor = database.execute_sql(query)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    return run


@pytest.fixture(scope="session")
def processor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a processor, whose ledger is still empty."""
    with serving("processor", tmp_path_factory.mktemp("processor")) as running:
        yield running


MakeSettings = Callable[..., DashboardSettings]


@pytest.fixture(scope="session")
def make_settings(seeded: str) -> MakeSettings:
    """Return a function that makes the dashboard's settings; without a processor unless named."""

    def make(**environ: str) -> DashboardSettings:
        defaults = {
            "DATABASE_URL": seeded,
            "AUTH_MODE": "dev",
            "AUTH_DEV_TOKENS": TOKENS,
            "TELESIFT_PROCESSOR_URL": f"http://127.0.0.1:{free_port()}",
        }
        return read(DashboardSettings, defaults | environ)

    return make


@pytest.fixture
def client(make_settings: MakeSettings) -> testing.TestClient:
    """Return the dashboard to an analyst, in November 2026."""
    app = create_app(make_settings(), today=lambda: TODAY)
    return testing.TestClient(app, headers={"Authorization": "Bearer analyst-token"})


ROOT = Path(__file__).parents[2]
