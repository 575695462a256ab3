# SPDX-License-Identifier: Apache-2.0
"""Batches for the pipeline's tests, in every encoding, and what becomes of them."""

import json
from typing import Any

from processors.pipeline.identity import Identity

USER = "11111111-1111-4111-8111-111111111111"
UID = "99999999-9999-4999-8999-999999999999"
PROMPT = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN_ID = "00f067aa0ba902b7"
NOW_NS = 1_790_000_000_000_000_000
NOW_MS = NOW_NS // 1_000_000


def copied(**changes: Any) -> dict[str, Any]:
    """Return a whitelisted plain event; a change to None takes a key out."""
    event = {
        "event": "prompt_copied",
        "ts": NOW_MS,
        "prompt_id": PROMPT,
        "variant": "body",
        "source": "card",
    }
    return {key: value for key, value in (event | changes).items() if value is not None}


def plain(*events: Any) -> bytes:
    """Write a plain batch."""
    return json.dumps({"events": events}).encode()


def otlp(*records: Any, resource: Any = None, scope: Any = None) -> bytes:
    """Write an OTLP/JSON request with one resource and one scope."""
    scope_logs = {"scope": scope or {}, "logRecords": records}
    resource_logs = {"resource": resource or {}, "scopeLogs": [scope_logs]}
    return json.dumps({"resourceLogs": [resource_logs]}).encode()


def record(event: dict[str, Any]) -> dict[str, Any]:
    """Return a plain event as an OTLP/JSON record."""
    names = {"id": "log.record.uid", "user_id": "user.id", "session_id": "session.id"}
    attributes = [
        {"key": names.get(key, key), "value": any_value(value)}
        for key, value in event.items()
        if key not in ("event", "ts")
    ]
    time_ns = event["ts"] * 1_000_000
    return {"timeUnixNano": str(time_ns), "eventName": event["event"], "attributes": attributes}


def any_value(value: Any) -> dict[str, Any]:
    """Wrap a JSON value the way OpenTelemetry's JavaScript SDK does."""
    wrapped: dict[str, Any]
    match value:
        case bool():
            wrapped = {"boolValue": value}
        case str():
            wrapped = {"stringValue": value}
        case int() if -(2**63) <= value < 2**63:
            wrapped = {"intValue": value}
        case int() | float():
            wrapped = {"doubleValue": float(value)}
        case list():
            wrapped = {"arrayValue": {"values": [any_value(one) for one in value]}}
        case dict():
            values = [{"key": key, "value": any_value(one)} for key, one in value.items()]
            wrapped = {"kvlistValue": {"values": values}}
        case _:
            wrapped = {}
    return wrapped


def identity(session_id: str | None = None, *, is_service: bool = False) -> Identity:
    """Return a caller with the user id `USER`."""
    return Identity(
        USER,
        session_id,
        is_service=is_service,
        trace_id=TRACE_ID,
        span_id=SPAN_ID,
        new_uid=lambda: UID,
    )
