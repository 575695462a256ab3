# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL stops, is killed, comes back in mid-delivery: nothing is lost, nothing doubled."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from processors.delivery.outbox.ledger import SinkAccount
from processors.delivery.outbox.outbox import Outbox
from processors.delivery.relay import Backoff, Relay
from processors.delivery.sinks.postgres.migrations import HISTORY
from processors.delivery.sinks.postgres.sink import PostgresSink
from service_kit import postgres
from service_kit.postgres import migrations
from service_kit.postgres.embedded import EmbeddedPostgres
from tests.delivery.samples import TIME_NS, new_ids, open_outbox, store
from tests.delivery.table import DAYS, stored_ids
from tests.services import wait_until


@pytest.fixture
def directory() -> Iterator[Path]:
    """Return the data directory of a server that the test may break."""
    parent = Path(tempfile.mkdtemp(prefix="telesift-test-"))
    yield parent / "postgres"
    shutil.rmtree(parent)


def stop(server: EmbeddedPostgres, directory: Path) -> None:
    server.leave()


def kill(server: EmbeddedPostgres, directory: Path) -> None:
    os.kill(int((directory / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


@pytest.mark.parametrize("end", [stop, kill])
def test_nothing_is_lost_or_doubled(
    directory: Path, tmp_path: Path, end: Callable[[EmbeddedPostgres, Path], None]
) -> None:
    """Events keep coming through the outage; in the end each is in the table once."""
    server = EmbeddedPostgres(directory)
    database = postgres.single(server.url)
    migrations.up(database, [HISTORY])
    outbox, ids, finish = open_outbox(tmp_path, ["db"]), list[str](), threading.Event()
    sink = PostgresSink(
        lambda: postgres.single(server.url),
        DAYS,
        clock=lambda: datetime.fromtimestamp(TIME_NS / 1e9, UTC),
    )
    relay = Relay(tmp_path, sink, Backoff(uniform=lambda low, high: 0.01))

    def keep_storing() -> None:
        while not finish.is_set():
            batch = new_ids(20)
            store(outbox, batch)
            ids.extend(batch)

    writer = threading.Thread(target=keep_storing)
    with capture_logs() as logs:
        relay.start()
        writer.start()
        wait_until(lambda: _account(outbox).delivered > 200, 30, "deliveries before the outage")
        end(server, directory)
        wait_until(lambda: "sink.failing" in [line["event"] for line in logs], 30, "the outage")
        during = len(ids)
        wait_until(lambda: len(ids) > during + 200, 30, "events during the outage")
        with EmbeddedPostgres(directory):
            wait_until(lambda: "sink.recovered" in [line["event"] for line in logs], 60, "its end")
            finish.set()
            writer.join()
            relay.stop(60)
            relay.join(60)
            assert sorted(ids) == stored_ids(database)
            database.close()
    account = _account(outbox)
    assert (len(ids), 0, 0) == (account.delivered, account.pending, account.undeliverable)
    assert outbox.ledger().balanced
    failing = {line["reason"] for line in logs if line["event"] == "sink.failing"}
    assert {"database_away"} == failing
    outbox.close()
    server.leave()


def _account(outbox: Outbox) -> SinkAccount:
    (account,) = outbox.ledger().sinks
    return account
