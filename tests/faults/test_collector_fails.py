# SPDX-License-Identifier: Apache-2.0
"""The collector goes away, dies, refuses or falls silent under load: nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.collector import running as collectors
from tests.collector.running import Collector, require_otelcol
from tests.faults import arrivals
from tests.faults.flaky import Mood, misbehaving
from tests.faults.processor import assert_nothing_is_lost, processing
from tests.services import free_port, wait_until


@pytest.mark.parametrize("end", [Collector.stop, Collector.kill], ids=["stopped", "killed"])
def test_a_collector_that_ends_under_load_gets_everything_later(
    tmp_path: Path, end: Callable[[Collector], None]
) -> None:
    """Stopped politely or with kill -9, away for a while, and back on the same data."""
    port = free_port()
    otelcol, data_dir = require_otelcol(), tmp_path / "collector"
    collector = collectors.start(otelcol, data_dir, port=port)
    env = {"TELEMETRY_SINK": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    try:
        with processing(tmp_path / "processor", env) as processor:
            oracle = processor.oracle
            with oracle.loading():
                for _ in range(2):
                    oracle.wait_for_more()
                    end(collector)
                    oracle.wait_for_more()  # a dead sink delays no request
                    collector = collectors.start(otelcol, data_dir, port=port)
                oracle.wait_for_more()
            assert_nothing_is_lost(processor, lambda: arrivals.of_otlp(collector.records()))
    finally:
        collector.kill()


MOODS = [mood for mood in Mood if mood is not Mood.WELL]


@pytest.mark.parametrize("mood", MOODS, ids=lambda mood: mood.name.lower())
def test_a_misbehaving_endpoint_gets_everything_later(tmp_path: Path, mood: Mood) -> None:
    """429, 503, no answer at all, and an answer that got lost: the relay tries again."""
    with misbehaving() as endpoint:
        env = {
            "TELEMETRY_SINK": "otlp",
            "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": endpoint.url,
            "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT": "1000",
        }
        with processing(tmp_path, env) as processor:
            oracle = processor.oracle
            with oracle.loading():
                oracle.wait_for_more()
                endpoint.mood = mood
                refused_before = endpoint.refusals
                wait_until(lambda: endpoint.refusals > refused_before + 1, 30, "two refusals")
                oracle.wait_for_more()
                endpoint.mood = Mood.WELL
                oracle.wait_for_more()
            assert_nothing_is_lost(processor, lambda: arrivals.of_otlp(list(endpoint.records)))
