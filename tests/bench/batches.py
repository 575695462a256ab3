# SPDX-License-Identifier: Apache-2.0
"""The batch that the benchmarks send: 50 catalogued events in OTLP/JSON, about 20 KB."""

import json
import time
import uuid
from typing import Any

EVENTS = 50
UID_PLACE = "@UID@"


def otlp_batch(uid: str | None = None, events: int = EVENTS) -> bytes:
    """Write a batch; `uid` stands in for every event's id (fresh ids where it is None)."""
    now_ns = time.time_ns()
    records = [_record(i, now_ns, uid or str(uuid.uuid4())) for i in range(events)]
    resource = {"attributes": [_string("service.name", "vault")]}
    scope_logs = {"scope": {"name": "@telesift/browser"}, "logRecords": records}
    request = {"resourceLogs": [{"resource": resource, "scopeLogs": [scope_logs]}]}
    return json.dumps(request, separators=(",", ":")).encode()


def _record(index: int, now_ns: int, uid: str) -> dict[str, Any]:
    searched = index % 2
    attributes = [_string("log.record.uid", uid)]
    if searched:
        attributes += [_int("result_count", index), _int("query_len", 12)]
    else:
        attributes += [
            _string("prompt_id", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"),
            _string("variant", "body"),
            _string("source", "card"),
        ]
    return {
        "timeUnixNano": str(now_ns - index * 1_000_000),
        "observedTimeUnixNano": str(now_ns),
        "severityNumber": 9,
        "eventName": "vault.search_performed" if searched else "prompt_copied",
        "attributes": [*attributes, _int("latency_ms", 10 + index)],
        "droppedAttributesCount": 0,
    }


def _string(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def _int(key: str, value: int) -> dict[str, Any]:
    return {"key": key, "value": {"intValue": value}}
