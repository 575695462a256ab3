# SPDX-License-Identifier: Apache-2.0
"""The alerts: valid, each shown to fire and not to fire, each with its page of the runbook."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.collector.expressions import PROMETHEUS, alerts, read
from tests.collector.running import FRAGMENTS, PIPELINE, ROOT

PROMTOOL = ROOT / "build" / "promtool"
HEADINGS = re.compile(r"^#### (Telesift\w+)$", re.MULTILINE)
PORT = re.compile(r":(\d+)$")


@pytest.fixture(scope="module")
def promtool() -> Path:
    """Return Prometheus' own tool; without it skip the test, or fail it where CI=true."""
    if not PROMTOOL.exists():
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("no promtool: `make promtool`, which needs Go")
    return PROMTOOL


def run(promtool: Path, *words: str) -> None:
    """Run promtool among the files; its words are the failure's."""
    command = [str(promtool), *words]
    result = subprocess.run(command, cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert 0 == result.returncode, result.stdout + result.stderr


def test_the_rules_are_valid(promtool: Path) -> None:
    """Also in what promtool only warns of."""
    run(promtool, "check", "rules", "--lint=all", "--lint-fatal", "alerts.yaml")


def test_the_configuration_is_valid(promtool: Path) -> None:
    """Prometheus starts with it, and finds the rules."""
    run(promtool, "check", "config", "prometheus.yaml")


def test_each_alert_fires_when_it_should(promtool: Path) -> None:
    """And not before, nor together with another: alerts.test.yaml has the series."""
    run(promtool, "test", "rules", "alerts.test.yaml")


@pytest.mark.parametrize("alert", [alert["alert"] for alert in alerts()])
def test_each_alert_is_tested_both_ways(alert: str) -> None:
    """A scenario has a moment at which it fires, and one at which nothing does."""
    scenarios = [scenario["promql_expr_test"] for scenario in read("alerts.test.yaml")["tests"]]
    firing = [checks for checks in scenarios if any(fires(alert, check) for check in checks)]
    assert any("exp_samples" not in check for checks in firing for check in checks)


def fires(alert: str, check: dict[str, Any]) -> bool:
    """Return whether a check expects an alert to fire."""
    return any(f'"{alert}"' in sample["labels"] for sample in check.get("exp_samples", ()))


def test_each_alert_says_what_is_wrong_and_how_bad_it_is() -> None:
    """Whoever is woken by it needs no other page to know whether to get up."""
    severities = {alert["labels"]["severity"] for alert in alerts()}
    assert {"critical", "warning", "info"} == severities
    for alert in alerts():
        assert {"summary", "description", "runbook_url"} == alert["annotations"].keys()


def test_each_alert_has_its_page_of_the_runbook() -> None:
    """Its link leads to a heading in the order of the file, and no heading is left over."""
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
    anchors = [f"docs/operations.md#{name.lower()}" for name in HEADINGS.findall(operations)]
    links = [alert["annotations"]["runbook_url"] for alert in alerts()]
    assert [f"docs/operations.md#{alert['alert'].lower()}" for alert in alerts()] == links
    assert sorted(anchors) == sorted(links)


def test_prometheus_scrapes_where_the_collector_shows() -> None:
    """Each job's port is one of the collector's, and each of those has a job."""
    scrapes = read("prometheus.yaml")["scrape_configs"]
    scraped = {target for scrape in scrapes for target in scrape["static_configs"][0]["targets"]}
    exporters = yaml.safe_load((FRAGMENTS / "metrics.yaml").read_text("utf-8"))["exporters"]
    telemetry = yaml.safe_load(PIPELINE.read_text("utf-8"))["service"]["telemetry"]
    own = telemetry["metrics"]["readers"][0]["pull"]["exporter"]["prometheus"]["port"]
    shown = {ending(exporter["endpoint"]) for exporter in exporters.values()} | {str(own)}
    assert shown == {ending(target) for target in scraped}


def ending(address: str) -> str:
    """Return an address' port."""
    found = PORT.search(address)
    assert found
    return found[1]
