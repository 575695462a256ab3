# SPDX-License-Identifier: Apache-2.0
"""Each rule of the pipeline, in both JSON encodings."""

import json
from typing import Any

import pytest
from msgspec import structs

from processors.pipeline.encode import encode_resource_logs
from processors.pipeline.envelope import Envelope
from processors.pipeline.judge import Context, judge
from processors.pipeline.otlp import read_json
from processors.pipeline.plain import read_plain
from processors.pipeline.records import AnyValue, MalformedRequest
from processors.pipeline.verdicts import Reason, Verdicts
from processors.pipeline.whitelist import Field, Whitelist
from service_kit.hashing import keyed_hash
from tests.pipeline.batches import (
    NOW_MS,
    NOW_NS,
    PROMPT,
    SPAN_ID,
    TRACE_ID,
    UID,
    USER,
    copied,
    identity,
    otlp,
    plain,
    record,
)

WEEK_MS = 7 * 24 * 3600 * 1000


@pytest.fixture
def verdicts_of(whitelist: Whitelist, envelope: Envelope, context: Context) -> Any:
    """Judge an encoded batch: plain by default, OTLP on demand."""

    def judged(body: bytes, *, as_otlp: bool = False, **changes: Any) -> Verdicts:
        batch = read_json(body, envelope) if as_otlp else read_plain(body)
        return judge(batch, whitelist, Context(context.now_ns, identity(**changes)))

    return judged


def stored(verdicts: Verdicts) -> Any:
    """Read what would be stored as any OTLP client would."""
    return json.loads(b"[%b]" % encode_resource_logs(verdicts.origins, verdicts.accepted))


def attributes_of(verdicts: Verdicts) -> dict[str, Any]:
    """Return the stored attributes of the only event."""
    [resource_logs] = stored(verdicts)
    [log_record] = resource_logs["scopeLogs"][0]["logRecords"]
    return {a["key"]: next(iter(a["value"].values())) for a in log_record["attributes"]}


REJECTED = {
    "an unknown event": (copied(event="made.up"), "event_unknown", None),
    "an event whose name is no string": (copied(event=7), "event_unknown", None),
    "no event name": (copied(event=None), "event_unknown", None),
    "an unknown attribute": (copied(colour="red"), "attribute_not_allowed", None),
    "an attribute of another event": (copied(query_len=3), "attribute_not_allowed", "query_len"),
    "a body": (copied(body="Once upon a time"), "body_not_allowed", None),
    "no prompt": (copied(prompt_id=None), "attribute_missing", "prompt_id"),
    "a number for a string": (copied(variant=3), "attribute_type", "variant"),
    "a string for a number": (copied(latency_ms="3"), "attribute_type", "latency_ms"),
    "true for a number": (copied(latency_ms=True), "attribute_type", "latency_ms"),
    "a fraction for an integer": (copied(latency_ms=1.5), "attribute_type", "latency_ms"),
    "a list": (copied(variant=["body"]), "attribute_type", "variant"),
    "a map": (copied(variant={"body": 1}), "attribute_type", "variant"),
    "a member not listed": (copied(variant="title"), "attribute_value", "variant"),
    "a member of another event's": (copied(source="editor"), "attribute_value", "source"),
    "a number below its range": (copied(latency_ms=-1), "attribute_value", "latency_ms"),
    "a number above its range": (copied(latency_ms=600_001), "attribute_value", "latency_ms"),
    "a UUID that is none": (copied(prompt_id="42"), "attribute_value", "prompt_id"),
    "a trailing newline": (copied(version="1.0\n"), "attribute_value", "version"),
    "too long a version": (copied(version="1" * 65), "attribute_value", "version"),
    "an id that is no UUID": (copied(id="42"), "attribute_value", "id"),
    "an e-mail address as a session": (
        copied(session_id="a@b.de"),
        "attribute_value",
        "session_id",
    ),
    "an IP address as a version": (copied(version="192.168.10.20"), "pii_detected", "version"),
    "more than 4 KB": (copied(version="1" * 4096), "event_too_large", None),
    "an hour in the future": (copied(ts=NOW_MS + 3_600_000), "timestamp_out_of_range", None),
    "eight days ago": (copied(ts=NOW_MS - WEEK_MS - 86_400_000), "timestamp_out_of_range", None),
}


@pytest.mark.parametrize(("event", "reason", "attribute"), REJECTED.values(), ids=REJECTED.keys())
def test_a_plain_event_is_rejected_for(
    verdicts_of: Any, event: Any, reason: str, attribute: str | None
) -> None:
    """Each broken event gets its own reason, and its good neighbour still passes."""
    verdicts = verdicts_of(plain(event, copied()))
    [rejection] = verdicts.rejections
    assert (0, reason, attribute) == (rejection.index, rejection.reason, rejection.attribute)
    assert 1 == len(verdicts.accepted)


@pytest.mark.parametrize(
    ("event", "reason", "attribute"),
    [case for case in REJECTED.values() if isinstance(case[0].get("event"), str)],
    ids=[name for name, case in REJECTED.items() if isinstance(case[0].get("event"), str)],
)
def test_the_same_event_over_otlp_is_rejected_for(
    verdicts_of: Any, event: Any, reason: str, attribute: str | None
) -> None:
    """OTLP gives the verdict of the plain batch."""
    [rejection] = verdicts_of(otlp(record(event)), as_otlp=True).rejections
    assert (reason, attribute) == (rejection.reason, rejection.attribute)


@pytest.mark.parametrize(
    ("ts", "reason"),
    [
        (None, "timestamp_missing"),
        ("yesterday", "timestamp_invalid"),
        ("2026-11-23T10:00:00", "timestamp_invalid"),
        (True, "timestamp_invalid"),
        ([], "timestamp_invalid"),
        (0, "timestamp_out_of_range"),
        (-1, "timestamp_out_of_range"),
        (1e300, "timestamp_out_of_range"),
        ("1960-01-01T00:00:00Z", "timestamp_out_of_range"),
    ],
)
def test_a_timestamp_is_rejected_for(verdicts_of: Any, ts: Any, reason: str) -> None:
    """A time that is absent, unreadable or far away is told apart."""
    [rejection] = verdicts_of(plain(copied() | {"ts": ts})).rejections
    assert (reason, "prompt_copied") == (rejection.reason, rejection.event)


@pytest.mark.parametrize(
    "ts", [NOW_MS, float(NOW_MS), "2026-09-21T14:13:20Z", "2026-09-21T16:13:20.000+02:00"]
)
def test_a_timestamp_may_be_written_in_several_ways(verdicts_of: Any, ts: Any) -> None:
    """Epoch milliseconds and RFC 3339 name the same moment."""
    [resource_logs] = stored(verdicts_of(plain(copied(ts=ts))))
    [log_record] = resource_logs["scopeLogs"][0]["logRecords"]
    assert str(NOW_NS) == log_record["timeUnixNano"]


def test_identity_is_the_sessions_word(verdicts_of: Any) -> None:
    """What a client says about its user is dropped, and a session id gives way to the session's."""
    event = copied(user_id=PROMPT, session_id="from-the-client")
    attributes = attributes_of(verdicts_of(plain(event), session_id="from-the-host"))
    assert (USER, "from-the-host") == (attributes["user.id"], attributes["session.id"])


def test_a_service_names_the_user(verdicts_of: Any) -> None:
    """A failed sign-in has no session: the back end says whom it is about."""
    event = {"event": "auth.login.failure", "ts": NOW_MS, "user_id": PROMPT.upper()}
    attributes = attributes_of(verdicts_of(plain(event), is_service=True))
    assert PROMPT == attributes["user.id"]


def test_an_event_keeps_its_id_and_gets_one_where_it_has_none(verdicts_of: Any) -> None:
    """The client's id makes a retry recognisable."""
    with_id = attributes_of(verdicts_of(plain(copied(id=PROMPT.upper()))))
    without = attributes_of(verdicts_of(plain(copied())))
    assert (PROMPT, UID) == (with_id["log.record.uid"], without["log.record.uid"])


def test_a_share_token_is_stored_as_a_keyed_hash(verdicts_of: Any) -> None:
    """A credential never reaches the outbox."""
    event = {"event": "share.viewed", "ts": NOW_MS, "share_token": "kT9vQ2xLw7ZpB4nR"}
    attributes = attributes_of(verdicts_of(plain(event)))
    assert keyed_hash(b"a key for tests", "kT9vQ2xLw7ZpB4nR") == attributes["share_token"]


def test_a_record_without_a_trace_gets_the_requests(verdicts_of: Any) -> None:
    """An event can always be traced to the request that brought it."""
    with_trace = record(copied()) | {"traceId": "AB" * 16, "spanId": "CD" * 8, "flags": 1}
    verdicts = verdicts_of(otlp(record(copied()), with_trace), as_otlp=True)
    [resource_logs] = stored(verdicts)
    without, own = resource_logs["scopeLogs"][0]["logRecords"]
    assert (TRACE_ID, SPAN_ID) == (without["traceId"], without["spanId"])
    assert ("ab" * 16, "cd" * 8, 1) == (own["traceId"], own["spanId"], own["flags"])


def test_a_trace_of_zeros_is_none(verdicts_of: Any) -> None:
    """W3C says that an id of zeros is invalid; the request's stands in."""
    zeros = record(copied()) | {"traceId": "0" * 32, "spanId": "0" * 16}
    [resource_logs] = stored(verdicts_of(otlp(zeros), as_otlp=True))
    [log_record] = resource_logs["scopeLogs"][0]["logRecords"]
    assert (TRACE_ID, SPAN_ID) == (log_record["traceId"], log_record["spanId"])


def test_only_the_listed_envelope_survives(verdicts_of: Any) -> None:
    """Of resource and scope the short list is forwarded, the rest dropped and counted."""
    resource = {
        "attributes": [
            {"key": "service.name", "value": {"stringValue": "vault"}},
            {"key": "host.name", "value": {"stringValue": "laptop-of-anna"}},
            {"key": "service.version", "value": {"stringValue": "anna@example.com"}},
            {"key": "telesift.client.dropped", "value": {"intValue": "3"}},
        ]
    }
    scope = {"name": "vault-ui", "version": "a b", "attributes": [{"key": "x", "value": {}}]}
    verdicts = verdicts_of(otlp(record(copied()), resource=resource, scope=scope), as_otlp=True)
    [resource_logs] = stored(verdicts)
    kept = [a["key"] for a in resource_logs["resource"]["attributes"]]
    assert ["service.name", "telesift.client.dropped"] == kept
    assert {"name": "vault-ui"} == resource_logs["scopeLogs"][0]["scope"]
    assert (4, 3) == (verdicts.envelope_dropped, verdicts.client_dropped)


@pytest.mark.parametrize(
    "value", [{"intValue": 12}, {"intValue": "12"}, {"doubleValue": 12}, {"doubleValue": 12.0}]
)
def test_javascript_may_write_a_whole_number_in_several_ways(verdicts_of: Any, value: Any) -> None:
    """JavaScript has one number type; what is whole is an integer."""
    one = record(copied())
    one["attributes"].append({"key": "latency_ms", "value": value})
    assert "12" == attributes_of(verdicts_of(otlp(one), as_otlp=True))["latency_ms"]


def test_older_sdks_name_the_event_in_an_attribute(verdicts_of: Any) -> None:
    """`event.name` stands in for `eventName`, and is not forwarded beside it."""
    one = record(copied()) | {"eventName": ""}
    one["attributes"].append({"key": "event.name", "value": {"stringValue": "prompt_copied"}})
    verdicts = verdicts_of(otlp(one), as_otlp=True)
    assert [accepted.event for accepted in verdicts.accepted] == ["prompt_copied"]
    assert "event.name" not in attributes_of(verdicts)


@pytest.mark.parametrize("body", [{}, {"stringValue": ""}, None])
def test_an_empty_body_is_no_body(verdicts_of: Any, body: Any) -> None:
    """SDKs send an empty body where there is none."""
    assert 1 == len(verdicts_of(otlp(record(copied()) | {"body": body}), as_otlp=True).accepted)


@pytest.mark.parametrize(
    "body", [{"stringValue": "x"}, {"intValue": 0}, {"kvlistValue": {}}, "x", 7]
)
def test_any_other_body_rejects_the_record(verdicts_of: Any, body: Any) -> None:
    """Content does not travel, in whatever form."""
    verdicts = verdicts_of(otlp(record(copied()) | {"body": body}), as_otlp=True)
    assert [r.reason for r in verdicts.rejections] == [Reason.BODY_NOT_ALLOWED]


@pytest.mark.parametrize(
    "broken",
    [
        {"traceId": "xyz"},
        {"traceId": "ab"},
        {"traceId": "ab " * 10 + "ab"},
        {"traceId": TRACE_ID, "spanId": "00f067aa0ba902b"},
        {"timeUnixNano": "soon"},
        {"timeUnixNano": "-1"},
        {"severityNumber": 99},
        {"severityNumber": "INFO"},
        {"flags": -1},
        {"attributes": {}},
        {"attributes": [{"key": "latency_ms", "value": {"intValue": "1_0"}}]},
    ],
)
def test_a_record_that_otlp_does_not_allow_is_malformed(verdicts_of: Any, broken: Any) -> None:
    """Such a record is rejected alone."""
    verdicts = verdicts_of(otlp(record(copied()) | broken, record(copied())), as_otlp=True)
    assert [r.reason for r in verdicts.rejections] == [Reason.RECORD_MALFORMED]
    assert 1 == len(verdicts.accepted)


def test_an_attribute_given_twice_is_rejected(verdicts_of: Any) -> None:
    """OTLP's keys are unique; which of two values would be true?"""
    one = record(copied(session_id="a"))
    one["attributes"].append({"key": "session_id", "value": {"stringValue": "b"}})
    [rejection] = verdicts_of(otlp(one), as_otlp=True).rejections
    assert Reason.ATTRIBUTE_DUPLICATE == rejection.reason


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"events": 7}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_batch_is_malformed(body: bytes) -> None:
    """The request as a whole is refused, without a word of it."""
    with pytest.raises(MalformedRequest) as caught:
        read_plain(body)
    assert 'The body is no JSON object with a list "events".' == str(caught.value)


def test_what_cannot_be_examined_is_not_forwarded(whitelist: Whitelist, context: Context) -> None:
    """A check or a redaction that raises drops its record and no other."""

    def fail(_: AnyValue) -> str:
        raise RuntimeError

    event = whitelist.events["prompt_copied"]
    event = structs.replace(event, fields={**event.fields, "version": Field("version", fail)})
    broken = structs.replace(whitelist, events={event.name: event})
    verdicts = judge(read_plain(plain(copied(version="1.0"), copied())), broken, context)
    assert [(r.index, r.reason) for r in verdicts.rejections] == [(0, "processing_failed")]
    assert 1 == len(verdicts.accepted)
