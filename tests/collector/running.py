# SPDX-License-Identifier: Apache-2.0
"""Runs the real collector on free ports, with the files that production runs."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.services import free_port, wait_until

ROOT = Path(__file__).parents[2]
PIPELINE = ROOT / "otelcol.yaml"
FRAGMENTS = ROOT / "collector-config"
WHITELIST = FRAGMENTS / "generated" / "whitelist.yaml"
FILE_SINK = FRAGMENTS / "sink-file.yaml"
BINARY = Path(os.environ.get("OTELCOL_BIN", ROOT / "build" / "otelcol"))
START_SECONDS = 30

# Before the test's own files, so that one of them may say otherwise.
NO_METRICS = "--config=yaml:service::telemetry::metrics::level: none"


def require_otelcol() -> Path:
    """Return the collector's binary; without one skip the test, or fail it where CI=true."""
    if not BINARY.exists():
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("no collector: `make collector`, or OTELCOL_BIN=/path/to/otelcol-contrib")
    return BINARY


@dataclass(frozen=True)
class Collector:
    """A collector process: where it listens, and where its file sink writes."""

    process: subprocess.Popen[bytes]
    url: str
    health_url: str
    sink: Path

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> requests.Response:
        """Send an OTLP/JSON logs request."""
        content = {"Content-Type": "application/json"} | (headers or {})
        return requests.post(f"{self.url}/v1/logs", data=body, headers=content, timeout=30)

    def requests(self) -> list[dict[str, Any]]:
        """Return the export requests in the file sink: one per line, half a line after a kill."""
        lines = self.sink.read_text().splitlines(keepends=True) if self.sink.exists() else []
        return [json.loads(line) for line in lines if line.endswith("}\n")]

    def records(self) -> list[dict[str, Any]]:
        """Return every log record in the file sink."""
        return [
            record
            for request in self.requests()
            for resource_logs in request.get("resourceLogs", [])
            for scope_logs in resource_logs["scopeLogs"]
            for record in scope_logs["logRecords"]
        ]

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it the polite way: it drains what it holds."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def start(otelcol: Path, data_dir: Path, *configs: Path, port: int | None = None) -> Collector:
    """Start the production pipeline with the whitelist and the given sinks, and wait for it."""
    http, health = port or free_port(), free_port()
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "collector.log").open("ab") as log:
        process = subprocess.Popen(
            [
                otelcol,
                *config_flags(PIPELINE, WHITELIST),
                NO_METRICS,
                *config_flags(*(configs or [FILE_SINK])),
                f"--set=receivers.otlp.protocols.http.endpoint=127.0.0.1:{http}",
                f"--set=receivers.otlp.protocols.grpc.endpoint=127.0.0.1:{free_port()}",
                f"--set=extensions.health_check.endpoint=127.0.0.1:{health}",
            ],
            env={**os.environ, "OTELCOL_DATA_DIR": str(data_dir)},
            stderr=log,
        )
    collector = Collector(
        process, f"http://127.0.0.1:{http}", f"http://127.0.0.1:{health}", data_dir / "events.jsonl"
    )
    try:
        wait_until(lambda: _is_ready(collector), START_SECONDS, "the collector to be ready")
    except AssertionError as error:
        collector.kill()
        raise AssertionError(f"{error}\n{(data_dir / 'collector.log').read_text()}") from None
    return collector


@contextmanager
def collecting(otelcol: Path, data_dir: Path, *configs: Path) -> Iterator[Collector]:
    """Run a collector for the length of a `with` block."""
    collector = start(otelcol, data_dir, *configs)
    try:
        yield collector
    finally:
        collector.stop()


def config_flags(*configs: Path) -> list[str]:
    """Return the flags that merge configuration files, in order."""
    return [f"--config={config}" for config in configs]


def _is_ready(collector: Collector) -> bool:
    assert collector.process.poll() is None, "the collector ended while starting"
    try:
        return requests.get(collector.health_url, timeout=1).ok
    except requests.RequestException:
        return False
