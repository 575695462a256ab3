# SPDX-License-Identifier: Apache-2.0
"""What dashboards and alerts ask for is what a real scrape has."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client.samples import Sample

from tests.collector.expressions import (
    LABEL_IN_LEGEND,
    Asked,
    asked,
    expressions,
    grouped_by,
    read,
    targets,
)
from tests.collector.scraping import JOBS, Scraped, telesift
from tests.services import wait_until

ASKED = {asking for expression in expressions() for asking in asked(expression)}
SENT_BY_CLIENTS = ("192.168.23.42", "made.up")


@pytest.fixture(scope="module")
def scraped(
    otelcol: Path, tmp_path_factory: pytest.TempPathFactory, database_url: str
) -> Iterator[Scraped]:
    """Run everything that Prometheus would scrape."""
    with telesift(otelcol, tmp_path_factory.mktemp("scraped"), database_url) as scraped:
        yield scraped


def missing(scraped: Scraped) -> list[Asked]:
    """Return what is asked for and not in a scrape."""
    found: dict[str, list[Sample]] = defaultdict(list)
    for sample in scraped.samples():
        found[sample.name].append(sample)
    return [asking for asking in ASKED if not any(answers(s, asking) for s in found[asking.metric])]


def answers(sample: Sample, asking: Asked) -> bool:
    """Return whether a sample has the labels, and those values that are asked for by name."""
    return asking.labels <= sample.labels.keys() and set(asking.equal) <= sample.labels.items()


def test_every_metric_and_label_is_in_a_real_scrape(scraped: Scraped) -> None:
    """A panel or an alert on a name that never arrives would be silent for ever."""
    with suppress(AssertionError):
        wait_until(lambda: not missing(scraped), 30, "all of them")
    assert [] == missing(scraped)


def test_no_metric_carries_what_a_client_sent(scraped: Scraped) -> None:
    """Labels hold names of the catalog and codes, never a received value or an unknown name."""
    values = {value for sample in scraped.samples() for value in sample.labels.values()}
    assert not any(sent in value for value in values for sent in SENT_BY_CLIENTS)


def test_every_legend_names_labels_that_remain() -> None:
    """A label that was summed away would show as an empty name."""
    for target in targets():
        assert set(LABEL_IN_LEGEND.findall(target["legendFormat"])) == grouped_by(
            target["expr"].replace("$__rate_interval", "5m")
        ) - {"le"}


def test_the_jobs_are_those_that_prometheus_is_told_to_scrape() -> None:
    """The test's jobs are prometheus.yaml's."""
    scrapes = read("prometheus.yaml")["scrape_configs"]
    assert list(JOBS) == [scrape["job_name"] for scrape in scrapes]
