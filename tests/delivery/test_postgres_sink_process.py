# SPDX-License-Identifier: Apache-2.0
"""The processor with TELEMETRY_SINK=db and no DATABASE_URL brings its own PostgreSQL."""

import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from processors.delivery.outbox.ledger import read as read_ledger
from processors.delivery.sinks.postgres import retention
from service_kit import postgres
from service_kit.postgres.embedded import EmbeddedPostgres
from tests import services
from tests.delivery.table import rows
from tests.services import USER, Running, bearer


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Return a data directory that PostgreSQL's own account can reach."""
    directory = Path(tempfile.mkdtemp(prefix="telesift-test-"))
    yield directory
    shutil.rmtree(directory)


def send(running: Running, count: int) -> list[str]:
    """Send a batch; return its ids."""
    ids = [str(uuid.uuid4()) for _ in range(count)]
    now = int(time.time() * 1000)
    batch = {"events": [{"event": "auth.logout", "ts": now, "id": uid} for uid in ids]}
    url = f"{running.url}/telemetry/events"
    answer = requests.post(url, json=batch, headers=bearer(), timeout=10)
    assert 200 == answer.status_code
    return ids


def test_events_reach_the_embedded_database(data_dir: Path) -> None:
    """Through a restart: the schema is there, and the receipt of the day's retention."""
    ids: list[str] = []
    for total in (20, 40):
        with services.serving("processor", data_dir, {"TELEMETRY_SINK": "db"}) as running:
            ids += send(running, 20)
            services.wait_until(lambda n=total: delivered(data_dir) == n, 60, "delivery")
    with EmbeddedPostgres(data_dir / "postgres") as server:
        database = postgres.single(server.url)
        found = rows(database, "SELECT id::text, owner_id::text, event FROM telemetry_events")
        with database.connection_context():
            receipt = retention.latest(database)
    assert sorted((uid, USER, "auth.logout") for uid in ids) == sorted(found)
    assert receipt is not None
    assert 0 == receipt.older_rows


def delivered(data_dir: Path) -> int:
    """Return how many events the ledger calls delivered."""
    (account,) = read_ledger(data_dir).sinks
    return account.delivered
