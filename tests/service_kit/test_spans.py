# SPDX-License-Identifier: Apache-2.0
"""`span` and `traced`, for a host application's own flows."""

import asyncio
import json

import pytest
from opentelemetry.trace import StatusCode

from service_kit.telemetry import span, traced
from tests.service_kit.recorder import Recorder

CANARY = "canary-2b7e"


def test_a_host_application_wraps_its_flows(recorder: Recorder) -> None:
    """A block, a function and a coroutine: each a span, nested as they are called."""

    @traced("vault.copy", kind="body")
    def copy(number: int) -> int:
        """Copy a prompt."""
        return number + 1

    @traced("vault.search")
    async def search(number: int) -> int:
        return copy(number)

    with span("vault.flow", step=1) as current:
        current.set_attribute("created", 7)
        assert 3 == asyncio.run(search(2))
    inner, middle, outer = recorder.spans()
    assert ["vault.copy", "vault.search", "vault.flow"] == [s.name for s in (inner, middle, outer)]
    assert inner.parent == middle.context
    assert middle.parent == outer.context
    assert ({"kind": "body"}, {"step": 1, "created": 7}) == (
        dict(inner.attributes or {}),
        dict(outer.attributes or {}),
    )
    assert ("copy", "Copy a prompt.") == (copy.__name__, copy.__doc__)


def test_a_failing_flow_is_recorded_by_its_exceptions_type(recorder: Recorder) -> None:
    """The exception goes on its way; its message stays out of the span."""

    @traced("vault.import")
    def fail() -> None:
        raise json.JSONDecodeError(CANARY, CANARY, 0)

    with pytest.raises(json.JSONDecodeError):
        fail()
    (found,) = recorder.spans()
    assert {"error.type": "json.decoder.JSONDecodeError"} == dict(found.attributes or {})
    assert (StatusCode.ERROR, None) == (found.status.status_code, found.status.description)
    assert ((), False) == (found.events, CANARY in found.to_json())
