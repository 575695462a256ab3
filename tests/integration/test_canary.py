# SPDX-License-Identifier: Apache-2.0
"""Fake secrets, planted in every field of a request, must not come out of any exit.

The exits: the sink's output, the service's log, its spans and metrics, every answer, and the
files of the outbox.
"""

import contextlib
import gzip
import json
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests

from tests import services
from tests.services import bearer

PROMPT = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


class Canaries:
    """Makes unique fake secrets and remembers them."""

    def __init__(self) -> None:
        self.planted: list[str] = []

    def __call__(self, shape: str = "canary{}") -> str:
        secret = shape.format(uuid.uuid4().hex[:12])
        if shape.isupper():
            secret = secret.upper()
        self.planted.append(secret)
        return secret


class Backend(BaseHTTPRequestHandler):
    """Takes the spans and metrics that the processor exports, and keeps the bytes."""

    received: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        """Keep one export."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        gzipped = self.headers.get("Content-Encoding") == "gzip"
        self.received.append(gzip.decompress(body) if gzipped else body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def backend() -> Iterator[str]:
    """Listen for OTLP on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the processor's state a place of its own."""
    return tmp_path_factory.mktemp("canary")


@pytest.fixture(scope="module")
def traced_processor(data_dir: Path, backend: str) -> Iterator[services.Running]:
    """Run a processor that exports its spans and metrics, and logs all it has to say."""
    env = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": backend,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_METRIC_EXPORT_INTERVAL": "200",
        "LOG_LEVEL": "DEBUG",
    }
    with services.serving("processor", data_dir, env) as running:
        yield running


def otlp_requests(canary: Canaries) -> Iterator[dict[str, Any]]:
    """Return OTLP requests with a secret in one field after the other."""
    now = str(time.time_ns())

    def text(shape: str = "canary{}") -> dict[str, str]:
        return {"stringValue": canary(shape)}

    def attribute(key: str, value: Any) -> dict[str, Any]:
        return {"key": key, "value": value}

    good = [
        attribute("prompt_id", {"stringValue": PROMPT}),
        attribute("variant", {"stringValue": "body"}),
        attribute("source", {"stringValue": "card"}),
    ]
    record = {"timeUnixNano": now, "eventName": "prompt_copied", "attributes": good}
    nested = {"arrayValue": {"values": [text()]}}
    broken: list[dict[str, Any]] = [
        record | {"attributes": [*good, attribute("colour", text())]},
        record | {"attributes": [*good, attribute(canary(), {"intValue": 1})]},
        record | {"attributes": [*good, attribute("version", text("{}@example.com"))]},
        record | {"attributes": [*good, attribute("version", text("sk_live_{0}{0}"))]},
        record | {"attributes": [*good, attribute("latency_ms", text())]},
        record | {"attributes": [*good, attribute("version", nested)]},
        record | {"attributes": [*good[1:], attribute("prompt_id", text())]},
        record | {"eventName": canary()},
        record | {"body": text()},
        record | {"traceId": canary()},
        record | {"timeUnixNano": canary()},
        record | {"severityNumber": canary()},
        record | {"attributes": [*good, attribute("log.record.uid", text())]},
        {canary(): canary()},
    ]
    kept = record | {
        "severityText": canary(),
        canary(): canary(),
        "attributes": [*good, attribute("user.id", text())],
    }
    yield {
        "resourceLogs": [
            {
                "resource": {
                    "attributes": [
                        attribute("host.name", text()),
                        attribute(canary(), text()),
                        attribute("service.name", text("{}@example.com")),
                        attribute("service.version", text("ghp_{0}{0}{0}")),
                    ]
                },
                "schemaUrl": canary(),
                canary(): canary(),
                "scopeLogs": [
                    {
                        "scope": {
                            "name": canary("{}@example.com"),
                            "version": canary("secret {}"),
                            "attributes": [attribute("x", text())],
                        },
                        "logRecords": [kept, *broken],
                    }
                ],
            }
        ]
    }
    for one in broken:
        yield {"resourceLogs": [{"scopeLogs": [{"logRecords": [one]}]}]}


def plain_requests(canary: Canaries) -> Iterator[bytes]:
    """Return plain batches with secrets, also such that do not parse."""
    good = {"event": "tags.added", "ts": int(time.time() * 1000), "count": 1}
    batch = {
        canary(): canary(),
        "events": [
            good | {"user_id": canary()},
            good | {"body": canary()},
            good | {canary(): 1},
            good | {"ts": canary()},
            good | {"count": canary()},
            good | {"id": canary()},
            good | {"event": canary()},
            good | {"session_id": canary("{}@example.com")},
            canary(),
        ],
    }
    yield json.dumps(batch).encode()
    yield f'{{"events": [{{"event": "{canary()}"'.encode()
    yield f'{{"events": "{canary()}"}}'.encode()
    yield canary().encode()
    yield json.dumps({"events": [good | {"note": canary() * 400}]}).encode()


def strange_requests(url: str, canary: Canaries) -> list[requests.Response]:
    """Send secrets in what is left of a request: its method, and headers that are acted on."""
    names = (
        "Accept", "Accept-Encoding", "Host", "If-None-Match", "Origin", "Range", "Sec-Fetch-Site",
        "Telesift-Sent-At", "traceparent", "Transfer-Encoding", "Upgrade", "X-Forwarded-Host",
    )  # fmt: skip
    answers = [
        requests.request(canary("CANARY{}"), f"{url}{path}", headers=bearer(), timeout=10)
        for path in ("/v1/logs", "/telemetry/config", "/livez", f"/{canary()}")
    ]
    for name in names:
        headers = bearer() | {name: canary()}
        with contextlib.suppress(requests.ConnectionError):  # a server may close on nonsense
            answers.append(requests.get(f"{url}/telemetry/config", headers=headers, timeout=10))
    asked = ("Access-Control-Request-Method", "Access-Control-Request-Headers", "Origin")
    preflight = {name: canary() for name in asked}
    answers.append(requests.options(f"{url}/v1/logs", headers=preflight, timeout=10))
    return answers


def test_no_canary_comes_out(
    traced_processor: services.Running, backend: str, data_dir: Path
) -> None:
    """Every exit is searched for every planted secret, and none is found."""
    canary = Canaries()
    headers = bearer() | {
        "Content-Type": "application/json",
        "User-Agent": canary(),
        "X-Forwarded-For": canary(),
        "Cookie": f"session={canary()}",
        "Referer": canary("https://example.com/?q={}"),
        "tracestate": f"vendor={canary()}",
        "baggage": f"secret={canary()}",
    }
    answers = []
    for body in plain_requests(canary):
        url = f"{traced_processor.url}/telemetry/events?token={canary()}"
        answers.append(requests.post(url, data=body, headers=headers, timeout=10))
    for request in otlp_requests(canary):
        url = f"{traced_processor.url}/v1/logs?token={canary()}"
        answers.append(requests.post(url, json=request, headers=headers, timeout=10))
    bad_token = {"Authorization": f"Bearer {canary()}"}
    answers.append(requests.post(f"{traced_processor.url}/v1/logs", headers=bad_token, timeout=10))
    answers.append(requests.get(f"{traced_processor.url}/{canary()}", headers=headers, timeout=10))
    answers.append(
        requests.post(
            f"{traced_processor.url}/v1/logs",
            data=b"{}",
            headers=headers | {"Content-Encoding": canary(), "Content-Type": canary()},
            timeout=10,
        )
    )
    answers += strange_requests(traced_processor.url, canary)
    traced_processor.wait_for_events(2)
    services.wait_until(
        lambda: any(b"telesift.events.rejected" in export for export in Backend.received),
        15,
        "metrics to be exported",
    )
    traced_processor.stop()

    exits = {
        "answers": "".join(a.text + str(a.headers) for a in answers).encode(),
        "sink": "".join(traced_processor.lines).encode(),
        "log": traced_processor.stderr_path.read_bytes(),
        "exports": b"".join(Backend.received),
        **{str(p): p.read_bytes() for p in data_dir.rglob("*") if p.is_file()},
    }
    assert all(exits[name] for name in ("answers", "sink", "log", "exports"))
    assert b"prompt_copied" in exits["exports"], "spans and metrics were not looked at"
    leaks = {n: c for n, data in exits.items() for c in canary.planted if c.encode() in data}
    assert {} == leaks
