# SPDX-License-Identifier: Apache-2.0
"""What Prometheus would read of a running Telesift: services, database and collector, all real."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from service_kit import postgres
from service_kit.postgres import migrations
from telesift.database import HISTORIES
from tests.collector import running
from tests.collector.running import FILE_SINK, FRAGMENTS
from tests.services import Running, bearer, free_port, serving

JOBS = ("telesift-services", "telesift-events", "telesift-collector")

BATCH = [
    {"event": "auth.logout"},
    {"event": "auth.logout", "version": "192.168.23.42"},  # personal data where none belongs
    {"event": "made.up"},
]


@dataclass(frozen=True, slots=True)
class Scraped:
    """Where Prometheus finds each of its jobs."""

    ports: dict[str, int]

    def samples(self) -> Iterator[Sample]:
        """Scrape every job as prometheus.yaml says, and label what came as Prometheus does."""
        for job, port in self.ports.items():
            address = f"127.0.0.1:{port}"
            target = {"job": job, "instance": address}
            lines = requests.get(f"http://{address}/metrics", timeout=5).text.splitlines(
                keepends=True
            )
            # Of a metric that it knows to be a counter the parser changes the name; Prometheus not.
            plain = "".join(line for line in lines if not line.startswith("#"))
            yield Sample("up", target, 1)
            for family in text_string_to_metric_families(plain):
                for name, labels, *rest in family.samples:
                    yield Sample(name, target | labels, *rest)


@contextmanager
def telesift(otelcol: Path, directory: Path, database_url: str) -> Iterator[Scraped]:
    """Run everything that is scraped, with an event accepted and two rejected."""
    migrations.up(postgres.single(database_url), HISTORIES)
    ports = {job: free_port() for job in JOBS}
    configs = [FILE_SINK, FRAGMENTS / "sink-otlphttp.yaml", FRAGMENTS / "metrics.yaml"]
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv(
            "OTELCOL_UPSTREAM_ENDPOINT", f"http://127.0.0.1:{free_port()}"
        )
        configs.append(_shown_on(directory, ports))
        collector = stack.enter_context(running.collecting(otelcol, directory, *configs))
        for service in ("processor", "psr"):
            environ = _environ(collector.url, database_url)
            _send(stack.enter_context(serving(service, directory / service, environ)))
        yield Scraped(ports)


def _shown_on(directory: Path, ports: dict[str, int]) -> Path:
    """Write what makes the collector show its metrics on ports that are free."""
    services, events, own = (ports[job] for job in JOBS)
    reader = {"pull": {"exporter": {"prometheus": {"host": "127.0.0.1", "port": own}}}}
    exporters = {
        "prometheus/services": {"endpoint": f"127.0.0.1:{services}"},
        "prometheus/events": {"endpoint": f"127.0.0.1:{events}"},
    }
    metrics = {"level": "normal", "readers": [reader]}
    path = directory / "shown.yaml"
    content = {"exporters": exporters, "service": {"telemetry": {"metrics": metrics}}}
    path.write_text(yaml.safe_dump(content))
    return path


def _environ(collector_url: str, database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "TELEMETRY_SINK": "logs,otlp,db",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector_url,
        "OTEL_METRIC_EXPORT_INTERVAL": "200",
        "OTEL_TRACES_EXPORTER": "none",
    }


def _send(service: Running) -> None:
    """Send the processor events; the PSR service measures that it was asked whether it is ready."""
    now = int(time.time() * 1000)
    batch = {"events": [event | {"ts": now} for event in BATCH]}
    requests.post(f"{service.url}/telemetry/events", json=batch, headers=bearer(), timeout=10)
