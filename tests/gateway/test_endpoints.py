# SPDX-License-Identifier: Apache-2.0
"""What the two endpoints answer, and in which words."""

import gzip
import json
import time
from typing import Any

import pytest
import zstandard
from falcon import testing
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

from tests.clients.otlp_protobuf import to_protobuf
from tests.gateway.conftest import Client

JSON = "application/json"
PROTOBUF = "application/x-protobuf"


def event(**changes: Any) -> dict[str, Any]:
    """Return a whitelisted plain event that happens now."""
    return {"event": "auth.logout", "ts": int(time.time() * 1000)} | changes


def otlp(*names: str) -> bytes:
    """Write an OTLP/JSON request with one record a name."""
    now = str(time.time_ns())
    records = [{"timeUnixNano": now, "eventName": name, "attributes": []} for name in names]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()


def post_events(client: Client, *events: Any, **kwargs: Any) -> testing.Result:
    """Post a plain batch."""
    return client.post("/telemetry/events", json={"events": events}, **kwargs)


def post_logs(
    client: Client, body: bytes, content_type: str = JSON, **headers: str
) -> testing.Result:
    """Post an OTLP request."""
    return client.post("/v1/logs", body=body, headers={"Content-Type": content_type} | headers)


def test_a_mixed_batch_is_answered_with_counts_and_reasons(client: Client) -> None:
    """One bad event never condemns its batch."""
    answer = post_events(client, event(), event(event="made.up"))
    expected = {
        "accepted": 1,
        "rejected": 1,
        "rejections": [{"index": 1, "reason": "event_unknown"}],
    }
    assert 200 == answer.status_code
    assert expected.items() <= answer.json.items()
    assert answer.json["trace_id"] == answer.headers["traceresponse"].split("-")[1]


def test_a_batch_without_an_acceptable_event_is_400_with_the_same_details(
    client: Client,
) -> None:
    """A problem document that also lists the verdicts."""
    answer = post_events(client, event(event="made.up"))
    assert (400, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
    assert ("nothing_accepted", 0, 1) == tuple(
        answer.json[key] for key in ("code", "accepted", "rejected")
    )
    assert [{"index": 0, "reason": "event_unknown"}] == answer.json["rejections"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", JSON, 400, "body_malformed"),
        (b"[]", JSON, 400, "body_malformed"),
        (b'{"events": []}', JSON, 400, "batch_empty"),
        (json.dumps({"events": [{}] * 51}).encode(), JSON, 400, "too_many_events"),
        (b" " * (256 * 1024 + 1), JSON, 413, "payload_too_large"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"{}", "", 415, "unsupported_media_type"),
    ],
)
def test_a_plain_request_is_refused_as_a_whole_with(
    client: Client, body: bytes, content_type: str, status: int, code: str
) -> None:
    """Each refusal has its own status and code."""
    headers = {"Content-Type": content_type}
    answer = client.post("/telemetry/events", body=body, headers=headers)
    assert (status, code) == (answer.status_code, answer.json["code"])


@pytest.mark.parametrize(
    ("encode", "coding"),
    [
        (gzip.compress, "gzip"),
        (lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:]), "gzip"),
        (zstandard.compress, "zstd"),
        (lambda data: zstandard.compress(data[:9]) + zstandard.compress(data[9:]), "zstd"),
        (bytes, "identity"),
        (gzip.compress, "GZIP"),
    ],
)
def test_a_body_may_be_compressed(client: Client, encode: Any, coding: str) -> None:
    """gzip and zstd, also in several members or frames."""
    body = encode(json.dumps({"events": [event()]}).encode())
    headers = {"Content-Encoding": coding, "Content-Type": JSON}
    answer = client.post("/telemetry/events", body=body, headers=headers)
    assert (200, 1) == (answer.status_code, answer.json["accepted"])


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_a_compressed_body_is_limited_by_its_content(client: Client, compress: Any) -> None:
    """A bomb is not unpacked."""
    coding = "gzip" if compress is gzip.compress else "zstd"
    body = compress(b'{"events":[' + b" " * 50_000_000)
    answer = client.post(
        "/telemetry/events", body=body, headers={"Content-Encoding": coding, "Content-Type": JSON}
    )
    assert 413 == answer.status_code


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        ("gzip", b"no gzip", 400),
        ("zstd", b"no zstd", 400),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-9], 400),
        ("br", b"{}", 415),
        ("gzip, gzip", b"{}", 415),
    ],
)
def test_a_coding_that_cannot_be_undone_is_refused(
    client: Client, coding: str, body: bytes, status: int
) -> None:
    """Damaged is 400, unknown is 415."""
    headers = {"Content-Encoding": coding, "Content-Type": JSON}
    answer = client.post("/telemetry/events", body=body, headers=headers)
    assert status == answer.status_code


def test_a_full_otlp_success_leaves_partial_success_unset(client: Client) -> None:
    """As the OTLP specification says, in both encodings."""
    json_answer = post_logs(client, otlp("auth.logout"))
    protobuf_answer = post_logs(client, to_protobuf(otlp("auth.logout")), PROTOBUF)
    assert (200, b"{}") == (json_answer.status_code, json_answer.content)
    assert (200, b"") == (protobuf_answer.status_code, protobuf_answer.content)
    assert (JSON, PROTOBUF) == (
        json_answer.headers["content-type"],
        protobuf_answer.headers["content-type"],
    )


def test_an_empty_otlp_request_succeeds(client: Client) -> None:
    """OTLP says so."""
    assert 200 == post_logs(client, b"{}").status_code
    assert 200 == post_logs(client, b"", PROTOBUF).status_code


def test_a_partial_otlp_success_says_what_was_refused(client: Client) -> None:
    """Counts and reasons, in the request's encoding."""
    body = otlp("auth.logout", "made.up")
    partial = post_logs(client, body).json["partialSuccess"]
    response = ExportLogsServiceResponse.FromString(
        post_logs(client, to_protobuf(body), PROTOBUF).content
    )
    message = "1 of 2 records rejected: #1 event_unknown"
    assert {"rejectedLogRecords": "1", "errorMessage": message} == partial
    assert (1, message) == (
        response.partial_success.rejected_log_records,
        response.partial_success.error_message,
    )


def test_a_failed_otlp_request_is_answered_with_a_status(client: Client) -> None:
    """google.rpc.Status, in the request's encoding."""
    in_json = post_logs(client, otlp("made.up"))
    in_protobuf = post_logs(client, to_protobuf(otlp("made.up")), PROTOBUF)
    message = "nothing_accepted: 1 of 1 records rejected: #0 event_unknown"
    assert (400, {"code": 3, "message": message}) == (in_json.status_code, in_json.json)
    status = Status.FromString(in_protobuf.content)
    assert (400, 3, message) == (in_protobuf.status_code, status.code, status.message)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", JSON, 400, 3),
        (b'{"resourceLogs": 7}', JSON, 400, 3),
        (b"\xff", PROTOBUF, 400, 3),
        (b"{}", "text/plain", 415, 3),
        (otlp(*["auth.logout"] * 513), JSON, 400, 3),
        (b'{"resource_logs": []}', JSON, 400, 3),
        (b'{"logs": []}', JSON, 400, 3),
    ],
)
def test_an_otlp_request_is_refused_as_a_whole_with(
    client: Client, body: bytes, content_type: str, status: int, code: int
) -> None:
    """No status that would make a client retry what can never succeed."""
    answer = post_logs(client, body, content_type)
    got = (
        Status.FromString(answer.content).code if content_type == PROTOBUF else answer.json["code"]
    )
    assert (status, code) == (answer.status_code, got)
