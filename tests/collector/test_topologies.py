# SPDX-License-Identifier: Apache-2.0
"""Collector first: an edge collector hands its traffic to the processor, as the README shows."""

import json
import re
import subprocess
import time
from pathlib import Path
from uuid import uuid4

import requests
import yaml

from tests import services
from tests.collector.running import FRAGMENTS
from tests.services import free_port, wait_until

OWNER = "44444444-4444-4444-8444-444444444444"
EVENTS = 120  # more than the processor takes in one request


def edge_config(directory: Path, port: int, processor_url: str) -> Path:
    """Complete the README's exporter to a configuration."""
    readme = (FRAGMENTS / "README.md").read_text()
    found = re.search(r"```yaml\n(exporters:\n  otlp_http/telesift:\n.*?)```", readme, re.DOTALL)
    assert found
    exporters = yaml.safe_load(found[1].replace("http://processor:4319", processor_url))
    storage = {"directory": str(directory / "queue"), "create_directory": True}
    http = {"endpoint": f"127.0.0.1:{port}"}
    service = {
        "extensions": ["file_storage"],
        "telemetry": {"metrics": {"level": "none"}},
        "pipelines": {"logs": {"receivers": ["otlp"], "exporters": ["otlp_http/telesift"]}},
    }
    config = exporters | {
        "extensions": {"file_storage": storage},
        "receivers": {"otlp": {"protocols": {"http": http}}},
        "service": service,
    }
    path = directory / "edge.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def export_request() -> bytes:
    """Write an agent's request: events about a user whom the agent names."""
    now = str(time.time_ns())
    attributes = [[("log.record.uid", str(uuid4())), ("user.id", OWNER)] for _ in range(EVENTS)]
    records = [
        {
            "timeUnixNano": now,
            "eventName": "auth.logout",
            "attributes": [{"key": k, "value": {"stringValue": v}} for k, v in pairs],
        }
        for pairs in attributes
    ]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()


def test_an_edge_collector_may_stand_before_the_processor(otelcol: Path, tmp_path: Path) -> None:
    """It splits what agents send to the processor's limits, and speaks for their users."""
    port = free_port()
    with services.serving("processor", tmp_path / "processor") as processor:
        config = edge_config(tmp_path, port, processor.url)
        with (tmp_path / "edge.log").open("wb") as log:
            edge = subprocess.Popen(
                [otelcol, f"--config={config}"],
                env={"TELESIFT_TOKEN": "service-token"},
                stderr=log,
            )
        try:
            url, json_body = (
                f"http://127.0.0.1:{port}/v1/logs",
                {"Content-Type": "application/json"},
            )
            wait_until(lambda: _accepts(url), 30, "the edge to listen")
            answer = requests.post(url, data=export_request(), headers=json_body, timeout=10)
            assert 200 == answer.status_code
            arrived = processor.wait_for_events(EVENTS)
        finally:
            edge.terminate()
            edge.wait(30)
    assert {OWNER} == {event["user_id"] for event in arrived}
    assert EVENTS == len({event["id"] for event in arrived})


def _accepts(url: str) -> bool:
    try:
        return requests.post(url, timeout=1).status_code > 0
    except requests.RequestException:
        return False
