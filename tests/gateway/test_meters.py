# SPDX-License-Identifier: Apache-2.0
"""What the processor measures of its outbox, over a real one; tests/collector scrapes the rest."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from processors.delivery.leader import Leader
from processors.delivery.outbox import owners
from processors.delivery.outbox.batch import Batch
from processors.delivery.outbox.outbox import Outbox
from processors.delivery.sinks.sink import Retry
from processors.gateway.meters import watch
from processors.gateway.settings import ProcessorSettings
from service_kit.settings import read
from tests.delivery.samples import USER, Recorder, new_ids, open_outbox, store
from tests.services import environment, wait_until

Points = dict[tuple[str, ...], float]
Read = Callable[[str], Points]

TOMORROW = datetime(2026, 11, 24, tzinfo=UTC)
HOUR = 3600.0


class Tomorrow:
    """A job that is due tomorrow."""

    name = "retention"

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def due(self) -> datetime:
        """Return the day."""
        return TOMORROW


class Clock:
    """Says what the test sets it to."""

    now = TOMORROW.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return the outbox's clock."""
    return Clock()


@pytest.fixture
def outbox(tmp_path: Path, clock: Clock) -> Iterator[Outbox]:
    """Open an outbox that owes to two sinks, of which one has a relay."""
    outbox = open_outbox(tmp_path, ["logs", "otlp"], clock=clock)
    yield outbox
    outbox.close()


def refuse(batch: Batch) -> None:
    """Fail as a sink does whose other side is away."""
    raise Retry("unreachable")


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[Leader]:
    """Return a leader, not yet started, with a sink that fails and a job."""
    leader = Leader(tmp_path, [Recorder("logs", refuse)], jobs=[Tomorrow()], max_age_seconds=1e12)
    yield leader
    if leader.leads:
        leader.stop(10)


@pytest.fixture
def measured(tmp_path: Path, outbox: Outbox, leader: Leader) -> Iterator[Read]:
    """Return a function that measures now: a metric's values by its labels' values."""
    settings = read(
        ProcessorSettings, environment(tmp_path) | {"TELESIFT_OUTBOX_MAX_AGE_HOURS": "4"}
    )
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    watch(provider.get_meter("processors"), outbox, leader, settings)

    def measure(name: str) -> Points:
        data = reader.get_metrics_data()
        found: list[Any] = data.resource_metrics[0].scope_metrics[0].metrics if data else []
        points = (p for metric in found if metric.name == name for p in metric.data.data_points)
        return {tuple(point.attributes.values()): point.value for point in points}

    yield measure
    provider.shutdown()


def lead(leader: Leader) -> None:
    """Start and wait for the lead."""
    leader.start()
    wait_until(lambda: leader.leads, 10, "the lead")


def test_only_the_worker_that_delivers_measures_what_all_share(
    measured: Read, leader: Leader
) -> None:
    """Were each to report the same outbox, a sum over workers would count it twice."""
    assert {} == measured("telesift.outbox.pending")
    lead(leader)
    assert {("logs",): 0, ("otlp",): 0} == measured("telesift.outbox.pending")


def test_a_failing_sink_shows(measured: Read, leader: Leader, outbox: Outbox) -> None:
    """Tries that fail are counted until one works, and events pile up meanwhile."""
    lead(leader)
    assert {("logs",): 0} == measured("telesift.sink.failures")
    store(outbox, new_ids(3))
    wait_until(lambda: measured("telesift.sink.failures")[("logs",)] > 1, 10, "failures")
    assert {("logs",): 3, ("otlp",): 3} == measured("telesift.outbox.pending")


def test_the_outbox_tells_how_near_its_bounds_it_is(
    measured: Read, leader: Leader, outbox: Outbox, clock: Clock
) -> None:
    """An event that has waited one of four hours is a quarter of the way."""
    lead(leader)
    store(outbox, new_ids(3))
    clock.now += HOUR
    fill = measured("telesift.outbox.fill")
    assert 0.25 == fill[("age",)]
    assert outbox.status().bytes / (1 << 30) == fill[("bytes",)] > 0


def test_what_a_sink_misses_is_told_apart(
    measured: Read, leader: Leader, outbox: Outbox, tmp_path: Path
) -> None:
    """A sink that leaves with a backlog has missed it; an erasure is missed on purpose."""
    lead(leader)
    store(outbox, new_ids(3))
    owners.erase(tmp_path, UUID(USER))
    store(outbox, new_ids(2))
    outbox.close()
    open_outbox(tmp_path, ["logs"]).close()
    expected = {
        ("", "lost"): 0,
        ("logs", "expired"): 0,
        ("logs", "lost"): 0,
        ("logs", "erased"): 3,
        ("otlp", "expired"): 2,
        ("otlp", "lost"): 0,
        ("otlp", "erased"): 3,
    }
    assert expected == measured("telesift.events.missed")


def test_a_job_says_when_it_is_due(measured: Read, leader: Leader) -> None:
    """In seconds since 1970, as Prometheus' own `time()` counts."""
    lead(leader)
    assert {("retention",): TOMORROW.timestamp()} == measured("telesift.job.due")
