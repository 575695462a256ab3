# SPDX-License-Identifier: Apache-2.0
"""Ten minutes of one fault after another, two sinks at once: `make soak`, outside `make test`.

SOAK_MINUTES says how long, SOAK_SEED repeats the faults of an earlier run.
"""

import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service_kit.postgres.embedded import EmbeddedPostgres
from tests.collector import running as collectors
from tests.collector.running import require_otelcol
from tests.faults import arrivals
from tests.faults.processor import Processor, assert_nothing_is_lost
from tests.services import free_port

MINUTES = float(os.environ.get("SOAK_MINUTES", "10"))
SEED = int(os.environ.get("SOAK_SEED", str(random.randrange(10**6))))
QUIET_SECONDS = (2.0, 8.0)
AWAY_SECONDS = (0.0, 6.0)
PAUSE_SECONDS = 0.1  # every acknowledged event is kept in memory and looked for at the end


class World:
    """A processor with its oracle, a collector and a database, and what can happen to them."""

    def __init__(self, directory: Path, chance: random.Random) -> None:
        self._directory, self._chance, self._port = directory, chance, free_port()
        self._collector, self._postgres = self._start_collector(), self._start_postgres()
        env = {
            "TELEMETRY_SINK": "otlp,db",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self._collector.url,
            "DATABASE_URL": self._postgres.url,
        }
        self.processor = Processor(directory / "processor", env)
        self.processor.oracle.pause_seconds = PAUSE_SECONDS
        self.faults = [
            self.processor.kill_worker,
            self.kill_processor,
            self.terminate_processor,
            self.kill_collector,
            self.stop_collector,
            self.restart_postgres,
        ]

    def kill_processor(self) -> None:
        """Kill master and worker."""
        self.processor.running.kill()
        self.processor.start_again()

    def terminate_processor(self) -> None:
        """Ask the processor to end."""
        self.processor.running.stop()
        self.processor.start_again()

    def kill_collector(self) -> None:
        """Kill the collector and do without it for a while."""
        self._collector.kill()
        self.wait(AWAY_SECONDS)
        self._collector = self._start_collector()

    def stop_collector(self) -> None:
        """Stop the collector and do without it for a while."""
        self._collector.stop()
        self.wait(AWAY_SECONDS)
        self._collector = self._start_collector()

    def restart_postgres(self) -> None:
        """Stop PostgreSQL and do without it for a while."""
        self._postgres.leave()
        self.wait(AWAY_SECONDS)
        self._postgres = self._start_postgres()

    def wait(self, seconds: tuple[float, float]) -> None:
        """Wait for a while."""
        time.sleep(self._chance.uniform(*seconds))

    def assert_nothing_is_lost(self) -> None:
        """Assert that both sinks meet the oracle's obligations."""
        for arrived in (
            lambda: arrivals.of_otlp(self._collector.records()),
            lambda: arrivals.of_database(self._postgres.url),
        ):
            assert_nothing_is_lost(self.processor, arrived)

    def end(self) -> None:
        """End everything."""
        self.processor.running.kill()
        self._collector.kill()
        self._postgres.leave()

    def _start_collector(self) -> collectors.Collector:
        directory = self._directory / "collector"
        return collectors.start(require_otelcol(), directory, port=self._port)

    def _start_postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self._directory / "postgres")


@pytest.fixture
def world() -> Iterator[World]:
    """Start everything, in a folder that the account of PostgreSQL can enter."""
    directory = Path(tempfile.mkdtemp(prefix="telesift-soak-"))
    world = World(directory, random.Random(SEED))
    yield world
    world.end()
    shutil.rmtree(directory)


def test_nothing_is_lost_whatever_happens(world: World) -> None:
    """Faults in random order under load, for minutes: what got a 200 is in both sinks."""
    chance, deadline = random.Random(SEED), time.monotonic() + MINUTES * 60
    print(f"\nsoak: {MINUTES:g} minutes, SOAK_SEED={SEED}")  # noqa: T201 - for the person who runs it
    oracle = world.processor.oracle
    with oracle.loading():
        while time.monotonic() < deadline:
            world.wait(QUIET_SECONDS)
            fault = chance.choice(world.faults)
            fault()
            print(f"soak: {fault.__name__}, {len(oracle.acknowledged):,} taken", flush=True)  # noqa: T201
        oracle.wait_for_more()
    world.assert_nothing_is_lost()
