# SPDX-License-Identifier: Apache-2.0
"""What real clients send: large batches, nulls, byte order marks, clocks that are off."""

import json
import time
from datetime import datetime
from typing import Any

import pytest
import zstandard

from processors.pipeline.envelope import CLOCK_CORRECTION
from tests.gateway.conftest import Client
from tests.pipeline.batches import copied, otlp, plain, record
from tests.services import wait_until

JSON = "application/json"
HOUR_MS = 3_600_000


def now_ms() -> int:
    """Return the time in milliseconds since 1970."""
    return round(time.time() * 1000)


def fresh(**changes: Any) -> dict[str, Any]:
    """Return an event of now."""
    return copied(ts=now_ms()) | changes


def send(client: Client, path: str, body: bytes, **headers: str) -> Any:
    """Post JSON; return the result."""
    return client.post(path, body=body, headers={"Content-Type": JSON} | headers)


@pytest.mark.parametrize(("count", "status"), [(512, 200), (513, 400)])
def test_an_sdks_default_batch_is_taken_whole(client: Client, count: int, status: int) -> None:
    """512 records is what the SDKs batch by default; one more counts as refused."""
    body = otlp(*[record(fresh())] * count)
    assert status == send(client, "/v1/logs", body).status_code
    ledger = client.get("/telemetry/ledger", headers={"Authorization": "Bearer service-token"})
    assert count == ledger.json["received"]
    refused = [{"event": "", "reason": "too_many_events", "count": 513}]
    assert (refused if status == 400 else []) == ledger.json["rejected"]
    assert ledger.json["balanced"]


def test_a_request_that_cannot_be_read_is_counted(client: Client) -> None:
    """Nobody knows how many events it had; that there was one is known."""
    assert 400 == send(client, "/v1/logs", b"{").status_code
    assert 400 == send(client, "/telemetry/events", b'{"events": []}').status_code
    ledger = client.get("/telemetry/ledger", headers={"Authorization": "Bearer service-token"})
    assert [
        {"reason": "batch_empty", "count": 1},
        {"reason": "body_malformed", "count": 1},
    ] == ledger.json["refused"]
    assert (0, True) == (ledger.json["received"], ledger.json["balanced"])


def test_null_means_unset_in_every_field(client: Client) -> None:
    """As in protobuf's JSON."""
    names = "observedTimeUnixNano severityNumber severityText body traceId spanId flags"
    nulls = dict.fromkeys([*names.split(), "droppedAttributesCount"])
    body = otlp(record(fresh()) | nulls, resource={"attributes": None}, scope={"name": None})
    answer = send(client, "/v1/logs", body)
    assert (200, {}) == (answer.status_code, answer.json)
    for empty in (b'{"resourceLogs":null}', b'{"resourceLogs":[{"scopeLogs":null}]}', b"{}"):
        answer = send(client, "/v1/logs", empty)
        assert (200, {}) == (answer.status_code, answer.json)


@pytest.mark.parametrize("wrong", [rb"\ud800", rb"\x", rb"\udc00\ud83d"])
def test_a_wrong_escape_costs_its_event_alone(client: Client, wrong: bytes) -> None:
    """A text that was cut between the halves of a pair is no reason to lose the batch."""
    bad = plain(fresh(source="SOURCE")).replace(b"SOURCE", wrong)[11:-1]
    body = b'{"events":%b' % b"[" + plain(fresh())[12:-2] + b"," + bad[1:-1] + b"]}"
    answer = send(client, "/telemetry/events", body)
    assert (200, 1, 1) == (answer.status_code, answer.json["accepted"], answer.json["rejected"])


@pytest.mark.parametrize("body", [b'{"resource_logs":[]}', b'{"logs":[{"a":1}]}', b'{"a":{}}'])
def test_another_protocols_json_is_refused_in_words(client: Client, body: bytes) -> None:
    """A silent 200 would lose everything that such a client ever sends."""
    answer = send(client, "/v1/logs", body)
    assert 400 == answer.status_code
    assert "resourceLogs" in answer.json["message"]


def test_a_byte_order_mark_and_a_trailing_slash_are_no_reason(client: Client) -> None:
    """Windows' tools write the one, people the other."""
    body = b"\xef\xbb\xbf" + otlp(record(fresh()))
    assert 200 == send(client, "/v1/logs/", body).status_code
    body = b"\xef\xbb\xbf" + plain(fresh())
    assert 200 == send(client, "/telemetry/events/", body).status_code


def test_a_compressed_body_that_was_cut_is_refused(client: Client) -> None:
    """Whatever is still there of it."""
    whole = zstandard.ZstdCompressor().compress(otlp(*[record(fresh())] * 20))
    for body in (whole[:-1], whole[: len(whole) // 2]):
        answer = client.post(
            "/v1/logs", body=body, headers={"Content-Type": JSON, "Content-Encoding": "zstd"}
        )
        assert 400 == answer.status_code


def test_a_key_that_is_given_twice_is_refused(client: Client) -> None:
    """Which of the two would be true?"""
    twice = plain(fresh()).replace(b'"variant"', b'"source": "x", "variant"')
    answer = send(client, "/telemetry/events", twice)
    assert [{"index": 0, "reason": "attribute_duplicate"}] == answer.json["rejections"]


def test_a_time_beyond_all_numbers_is_out_of_range(client: Client) -> None:
    """It is the client's fault, and said to be."""
    answer = send(client, "/telemetry/events", plain(fresh(ts=1e308)))
    assert "timestamp_out_of_range" == answer.json["rejections"][0]["reason"]


@pytest.mark.parametrize("hours", [-30 * 24, -1, 1, 30 * 24])
@pytest.mark.parametrize("path", ["/v1/logs", "/telemetry/events"])
def test_a_client_whose_clock_is_off_loses_nothing(
    client: Client, hours: int, path: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """It says what time it has; its times are corrected by the difference, and that is said."""
    theirs = now_ms() + hours * HOUR_MS
    event = fresh(ts=theirs - 5000)
    body = plain(event) if path == "/telemetry/events" else otlp(record(event))
    answer = send(client, path, body, **{"Telesift-Sent-At": str(theirs)})
    assert 200 == answer.status_code, answer.json
    line = stored(client, capfd)
    assert abs(parsed(line["ts"]) - (now_ms() - 5000)) < 60_000
    assert -hours * HOUR_MS == line[CLOCK_CORRECTION]


def test_a_clock_that_is_near_enough_is_left_alone(
    client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    """And so is one of a client that says nothing, or nonsense."""
    for sent in ({}, {"Telesift-Sent-At": str(now_ms() - 30_000)}, {"Telesift-Sent-At": "soon"}):
        event = fresh()
        send(client, "/telemetry/events", plain(event), **sent)
        line = stored(client, capfd)
        assert (event["ts"], False) == (parsed(line["ts"]), CLOCK_CORRECTION in line)


def stored(client: Client, capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Wait until everything was delivered; return the last event on standard output.

    It is read once, when nobody writes: what comes while it is read and emptied is lost. Captured,
    a log line and its end are two writes, between which an event may come.
    """
    wait_until(lambda: pending(client) == 0, 20, "the event")
    text = capfd.readouterr().out
    event, _ = json.JSONDecoder().raw_decode(text, text.rindex('{"event"'))
    return dict(event)


def pending(client: Client) -> int:
    """Return how many events wait for their sink."""
    ledger = client.get("/telemetry/ledger", headers={"Authorization": "Bearer service-token"})
    return sum(sink["pending"] for sink in ledger.json["sinks"])


def parsed(ts: str) -> int:
    """Read a stored time as milliseconds since 1970."""
    return round(datetime.fromisoformat(ts).timestamp() * 1000)
