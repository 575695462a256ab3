# SPDX-License-Identifier: Apache-2.0
"""A request costs what its bytes warrant, whatever their shape.

CPU of adversarial bodies beside that of ordinary ones of the same size, taken in turn: the ratio
says the same on a slow machine and on a busy one.
"""

import gzip
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
from falcon import testing

from dashboard.app import create_app as create_dashboard
from dashboard.settings import DashboardSettings
from processors.gateway import otlp as answers
from psr_service.app import create_app as create_psr
from psr_service.settings import PsrSettings
from service_kit.settings import read
from tests.adversarial import shapes
from tests.gateway.conftest import Client, Connect
from tests.services import TOKENS, bearer

MOST_TIMES_ORDINARY: Final = 10
ROUNDS: Final = 4

Send = Callable[[bytes], object]


def costs(send: Send, bodies: Mapping[str, bytes]) -> dict[str, float]:
    """Return the CPU seconds of each body, the best of a few rounds."""
    best = dict.fromkeys(bodies, float("inf"))
    for _ in range(ROUNDS):
        for name, body in bodies.items():
            started = time.process_time()
            send(body)
            best[name] = min(best[name], time.process_time() - started)
    return best


def too_costly(send: Send, ordinary: bytes, bodies: Mapping[str, bytes]) -> dict[str, float]:
    """Return the bodies that cost too many times as much as an ordinary one, with the ratio."""
    found = costs(send, {"ordinary": ordinary, **bodies})
    ratios = {name: round(cost / found["ordinary"], 1) for name, cost in found.items()}
    return {name: ratio for name, ratio in ratios.items() if ratio > MOST_TIMES_ORDINARY}


@pytest.fixture
def processor(connect: Connect) -> Client:
    """Start a processor that does not count requests."""
    return connect(TELESIFT_RATE_LIMIT="1000000")


def poster(client: Client, path: str, content_type: str, coding: str = "identity") -> Send:
    """Return a function that posts a body."""
    headers = {"Content-Type": content_type, "Content-Encoding": coding}
    return lambda body: client.post(path, body=body, headers=headers)


def test_otlp_in_json(processor: Client) -> None:
    """Empty groups, crowded records, deep nesting, escapes."""
    send = poster(processor, "/v1/logs", answers.JSON)
    assert {} == too_costly(send, shapes.ordinary_otlp(), shapes.OTLP_JSON)


def test_otlp_in_json_and_gzip(processor: Client) -> None:
    """A few hundred bytes on the wire cost no more than what they unfold to."""
    send = poster(processor, "/v1/logs", answers.JSON, "gzip")
    bodies = {name: gzip.compress(body) for name, body in shapes.OTLP_JSON.items()}
    assert {} == too_costly(send, gzip.compress(shapes.ordinary_otlp()), bodies)


def test_otlp_in_protobuf(processor: Client) -> None:
    """The same in the encoding in which an empty group takes two bytes."""
    send = poster(processor, "/v1/logs", answers.PROTOBUF)
    assert {} == too_costly(send, shapes.ordinary_protobuf(), shapes.OTLP_PROTOBUF)


def test_plain_batches(processor: Client) -> None:
    """Beside an ordinary OTLP request: 50 ordinary events are never as large as these."""
    to_logs = poster(processor, "/v1/logs", answers.JSON)
    to_events = poster(processor, "/telemetry/events", answers.JSON)
    ordinary = shapes.ordinary_otlp()

    def send(body: bytes) -> object:
        return (to_logs if body is ordinary else to_events)(body)

    assert {} == too_costly(send, ordinary, shapes.PLAIN)


def test_ratings(database_url: str) -> None:
    """Notes that are all addresses, numbers or escapes, beside one of plain words."""
    environ = {"AUTH_DEV_TOKENS": TOKENS, "DATABASE_URL": database_url}
    environ |= {"TELESIFT_RATE_LIMIT": "1000000"}
    client = testing.TestClient(create_psr(read(PsrSettings, environ)), headers=bearer())

    def send(body: bytes) -> object:
        return client.simulate_post("/psr", body=body, content_type="application/json")

    assert {} == too_costly(send, shapes.rating("it works well for me "), shapes.RATINGS)


def test_signing_in(database_url: str, tmp_path: Path) -> None:
    """The dashboard reads a token, of 4 KB at most."""
    environ = {"AUTH_DEV_TOKENS": TOKENS, "DATABASE_URL": database_url}
    environ |= {"TELESIFT_DATA_DIR": str(tmp_path)}
    client = testing.TestClient(create_dashboard(read(DashboardSettings, environ)))

    def send(body: bytes) -> object:
        return client.simulate_post("/session", body=body, content_type="application/json")

    ordinary = shapes.encoded({"token": "x" * 4000})
    bodies = {"nested": b"[" * 4000, "members": b"{" + b'"a":0,' * 660 + b'"a":0}'}
    assert {} == too_costly(send, ordinary, bodies)
