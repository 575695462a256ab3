# SPDX-License-Identifier: Apache-2.0
"""Both kinds of application, and a recorder of spans."""

import pytest

from service_kit.telemetry import spans
from tests.service_kit.apps import MakeClient, asgi_client, wsgi_client
from tests.service_kit.recorder import Recorder


@pytest.fixture(params=[wsgi_client, asgi_client], ids=["wsgi", "asgi"])
def make_client(request: pytest.FixtureRequest) -> MakeClient:
    """Return the function that makes a client of either kind of application."""
    chosen: MakeClient = request.param
    return chosen


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Record the spans of `span` and `traced`, and of middleware that is given the tracer."""
    recorder = Recorder()
    monkeypatch.setattr(spans, "_tracer", recorder.tracer)
    return recorder
