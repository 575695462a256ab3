# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL goes away and comes back under load: each acknowledged event is there, once."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service_kit.postgres.embedded import EmbeddedPostgres
from tests.faults import arrivals
from tests.faults.processor import assert_nothing_is_lost, processing


@pytest.fixture
def directory() -> Iterator[Path]:
    """Return a folder that the account of PostgreSQL can enter."""
    directory = Path(tempfile.mkdtemp(prefix="telesift-test-"))
    yield directory / "postgres"
    shutil.rmtree(directory)


def stop(server: EmbeddedPostgres, _: Path) -> None:
    """Stop it politely."""
    server.leave()


def kill(server: EmbeddedPostgres, directory: Path) -> None:
    """Kill the postmaster; its children follow by themselves."""
    os.kill(int((directory / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    server.leave()


@pytest.mark.parametrize("end", [stop, kill], ids=["stopped", "killed"])
def test_a_database_that_goes_away_gets_everything_later(
    tmp_path: Path, directory: Path, end: Callable[[EmbeddedPostgres, Path], None]
) -> None:
    """Stopped or killed, away for a while, and back: every event is a row, and one row only."""
    server = EmbeddedPostgres(directory)
    env = {"TELEMETRY_SINK": "db", "DATABASE_URL": server.url}
    try:
        with processing(tmp_path, env) as processor:
            oracle = processor.oracle
            with oracle.loading():
                oracle.wait_for_more()
                end(server, directory)
                oracle.wait_for_more()  # a dead sink delays no request
                server = EmbeddedPostgres(directory)
                oracle.wait_for_more()
            assert_nothing_is_lost(processor, lambda: arrivals.of_database(server.url))
    finally:
        server.leave()
