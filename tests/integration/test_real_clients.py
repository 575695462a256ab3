# SPDX-License-Identifier: Apache-2.0
"""Stock OpenTelemetry clients and curl against the running processor."""

import gzip
import json
import shutil
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource

from tests.services import USER, Running, bearer

ROOT = Path(__file__).parents[2]
NODE_CLIENT = ROOT / "tests/clients/node/send.mjs"


def copied(prompt_id: str, **changes: Any) -> dict[str, Any]:
    """Return a whitelisted event as the SDKs take it."""
    attributes = {"prompt_id": prompt_id, "variant": "body", "source": "card", "latency_ms": 12}
    return {"eventName": "prompt_copied", "attributes": attributes | changes}


def send_with_node(processor: Running, encoding: str, events: list[dict[str, Any]]) -> Any:
    """Send events through OpenTelemetry JS and return what its exporter reports."""
    done = subprocess.run(
        ["node", str(NODE_CLIENT), f"{processor.url}/v1/logs", "user-token", encoding],
        input=json.dumps(events).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


def arrived(processor: Running, prompt_id: str) -> list[dict[str, Any]]:
    """Wait for the events about one prompt to come out of the log sink."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = [e for e in processor.events() if e.get("prompt_id") == prompt_id]
        if found:
            return found
        time.sleep(0.05)
    return []


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
def test_opentelemetry_js_delivers_a_whitelisted_event(processor: Running, encoding: str) -> None:
    """The JS SDK's event comes out of the sink with the caller's identity."""
    prompt_id = str(uuid.uuid4())
    answer = send_with_node(processor, encoding, [copied(prompt_id)])
    assert {"code": 0, "error": None, "diagnostics": []} == answer
    [event] = arrived(processor, prompt_id)
    assert ("prompt_copied", USER, 12) == (event["event"], event["user_id"], event["latency_ms"])
    assert "not-forwarded" not in json.dumps(event)


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
def test_opentelemetry_js_is_told_of_a_partial_success(processor: Running, encoding: str) -> None:
    """Of a mixed batch the good event arrives, and the exporter learns why the other did not."""
    prompt_id = str(uuid.uuid4())
    events = [copied(prompt_id), copied(prompt_id, variant="everything")]
    answer = send_with_node(processor, encoding, events)
    assert 0 == answer["code"]
    assert "attribute_value" in " ".join(answer["diagnostics"])
    assert [event["variant"] for event in arrived(processor, prompt_id)] == ["body"]


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
def test_opentelemetry_js_does_not_retry_what_is_refused(processor: Running, encoding: str) -> None:
    """A batch of which nothing is acceptable fails at once and for good."""
    answer = send_with_node(processor, encoding, [{"eventName": "made.up", "attributes": {}}])
    assert 1 == answer["code"]


def test_opentelemetry_python_delivers_a_whitelisted_event(processor: Running) -> None:
    """Python's own OTLP exporter speaks to the processor over protobuf."""
    prompt_id = str(uuid.uuid4())
    exporter = OTLPLogExporter(endpoint=f"{processor.url}/v1/logs", headers=bearer())
    provider = LoggerProvider(resource=Resource.create({"service.name": "vault-api"}))
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    provider.get_logger("vault").emit(
        LogRecord(
            timestamp=time.time_ns(),
            event_name="prompts.create",
            attributes={"prompt_id": prompt_id, "source": "api"},
        )
    )
    provider.shutdown()
    [event] = arrived(processor, prompt_id)
    assert ("prompts.create", "api") == (event["event"], event["source"])


def test_curl_with_gzip_gets_a_verdict_an_event(processor: Running, tmp_path: Path) -> None:
    """A gzipped plain batch from curl is answered with counts, reasons and a trace id."""
    prompt_id = str(uuid.uuid4())
    now = int(time.time() * 1000)
    good = {"event": "tags.added", "ts": now, "prompt_id": prompt_id, "count": 2}
    batch = {"events": [good, good | {"colour": "red"}, good | {"count": -1}]}
    body = tmp_path / "batch.json.gz"
    body.write_bytes(gzip.compress(json.dumps(batch).encode()))
    curl = shutil.which("curl")
    assert curl is not None, "curl is needed: apt-get install curl"
    done = subprocess.run(
        [
            *(curl, "--silent", f"{processor.url}/telemetry/events"),
            *("--header", "Authorization: Bearer user-token"),
            *("--header", "Content-Type: application/json"),
            *("--header", "Content-Encoding: gzip"),
            *("--data-binary", f"@{body}"),
        ],
        capture_output=True,
        check=True,
        timeout=30,
    )
    answer = json.loads(done.stdout)
    expected = [
        {"index": 1, "reason": "attribute_not_allowed", "event": "tags.added"},
        {
            "index": 2,
            "reason": "attribute_value",
            "event": "tags.added",
            "attribute": "count",
        },
    ]
    assert (1, 2, expected) == (answer["accepted"], answer["rejected"], answer["rejections"])
    assert 32 == len(answer["trace_id"])
    assert [event["count"] for event in arrived(processor, prompt_id)] == [2]


def test_an_answer_carries_the_trace_it_belongs_to(processor: Running) -> None:
    """The caller's trace id is continued and comes back in the headers and in the body."""
    trace_id = uuid.uuid4().hex
    answer = requests.post(
        f"{processor.url}/telemetry/events",
        json={"events": [{"event": "auth.logout", "ts": int(time.time() * 1000)}]},
        headers=bearer() | {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"},
        timeout=10,
    )
    assert trace_id == answer.json()["trace_id"]
    assert trace_id == answer.headers["traceparent"].split("-")[1]
    assert trace_id == answer.headers["traceresponse"].split("-")[1]
