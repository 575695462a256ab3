# SPDX-License-Identifier: Apache-2.0
"""The processor dies under load, in each way a process can: what got a 200 comes out."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.collector.running import Collector, collecting, require_otelcol
from tests.faults import arrivals
from tests.faults.processor import Processor, assert_nothing_is_lost, processing


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    """Run the real collector with a file behind it."""
    with collecting(require_otelcol(), tmp_path / "collector") as running:
        yield running


@pytest.fixture
def processor(tmp_path: Path, collector: Collector) -> Iterator[Processor]:
    """Run a processor that delivers to the collector."""
    env = {
        "TELEMETRY_SINK": "otlp",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": f"{collector.url}/v1/logs",
    }
    with processing(tmp_path / "processor", env) as running:
        yield running


def kill_worker(processor: Processor) -> None:
    """Kill the worker and let its master replace it."""
    processor.kill_worker()


def kill_master(processor: Processor) -> None:
    """Kill the master and start anew."""
    processor.kill_master()
    processor.start_again()


def kill_everything(processor: Processor) -> None:
    """Kill master and worker at one stroke and start anew."""
    processor.running.kill()
    processor.start_again()


def terminate(processor: Processor) -> None:
    """Ask it to end, which it must do within its time of grace, and start anew."""
    processor.running.stop()
    assert 0 == processor.running.process.returncode
    processor.start_again()


DEATHS = [kill_worker, kill_master, kill_everything, terminate]


@pytest.mark.parametrize("die", DEATHS, ids=lambda die: die.__name__)
def test_nothing_acknowledged_is_lost(
    processor: Processor, collector: Collector, die: Callable[[Processor], None]
) -> None:
    """Twice in full flight: each acknowledged event arrives at the collector, nothing else does."""
    oracle = processor.oracle
    with oracle.loading():
        for _ in range(2):
            oracle.wait_for_more()
            die(processor)
        oracle.wait_for_more()
    assert_nothing_is_lost(processor, lambda: arrivals.of_otlp(collector.records()))
