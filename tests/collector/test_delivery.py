# SPDX-License-Identifier: Apache-2.0
"""What a collector has answered 200 for, it delivers: also when it dies right after."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.collector.running import FRAGMENTS, Collector, collecting, start
from tests.services import free_port, wait_until

UPSTREAM = FRAGMENTS / "sink-otlphttp.yaml"


def resource_logs(name: str) -> bytes:
    """Write one event, encoded as the outbox stores it."""
    record = {"timeUnixNano": str(time.time_ns()), "eventName": name}
    return json.dumps({"resource": {}, "scopeLogs": [{"logRecords": [record]}]}).encode()


def post_frames(collector: Collector, *parts: bytes) -> None:
    """Send one request that is made of a zstd frame for each part."""
    frames = b"".join(zstandard.compress(part) for part in parts)
    answer = collector.post(frames, {"Content-Encoding": "zstd"})
    assert (200, {"partialSuccess": {}}) == (answer.status_code, answer.json())


def names(collector: Collector) -> list[str]:
    """Return the names of the events that reached the file sink."""
    return [record["eventName"] for record in collector.records()]


def test_concatenated_zstd_frames_are_one_request(otelcol: Path, tmp_path: Path) -> None:
    """Outbox rows are forwarded as they are stored: the collector reads frame after frame."""
    with collecting(otelcol, tmp_path) as collector:
        opening, comma, closing = b'{"resourceLogs":[', b",", b"]}"
        first, second = resource_logs("auth.logout"), resource_logs("share.viewed")
        post_frames(collector, opening, first, comma, second, closing)
        assert ["auth.logout", "share.viewed"] == names(collector)


@pytest.mark.parametrize("end", [Collector.kill, Collector.stop], ids=["killed", "stopped"])
def test_what_was_answered_outlives_the_collector(
    otelcol: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[[Collector], None],
) -> None:
    """With its upstream away the collector keeps events on disk, and delivers them later."""
    upstream_port = free_port()
    monkeypatch.setenv("OTELCOL_UPSTREAM_ENDPOINT", f"http://127.0.0.1:{upstream_port}")
    doomed, log = start(otelcol, tmp_path / "edge", UPSTREAM), tmp_path / "edge" / "collector.log"
    try:
        event = resource_logs("auth.logout")
        post_frames(doomed, b'{"resourceLogs":[', event, b"]}")
        wait_until(lambda: "Exporting failed" in log.read_text(), 30, "a first attempt")
        end(doomed)
    finally:
        doomed.kill()
    upstream = start(otelcol, tmp_path / "upstream", port=upstream_port)
    try:
        with collecting(otelcol, tmp_path / "edge", UPSTREAM):
            wait_until(lambda: names(upstream), 30, "the event to reach the upstream")
            assert ["auth.logout"] == names(upstream)
    finally:
        upstream.stop()
