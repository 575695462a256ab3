# SPDX-License-Identifier: Apache-2.0
"""The plain door: `{"events": [{event, ts, ...attributes}]}`, brought to OTLP's shape."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from processors.catalog.model import EVENT_NAME, RECORD_UID, SESSION_ID, USER_ID
from processors.pipeline.envelope import EMPTY_HEAD
from processors.pipeline.otlp import UNREADABLE, decode_document
from processors.pipeline.records import (
    UNREADABLE_TIME,
    AnyValue,
    Batch,
    KeyValue,
    LogRecord,
    MalformedRequest,
)
from processors.pipeline.verdicts import Reason, Rejected
from service_kit.escapes import without_bom
from service_kit.fields import INT64_MAX

_NS_PER_MS = 1_000_000
_MOST_MS = INT64_MAX // _NS_PER_MS
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_OWN_KEYS = {"id": RECORD_UID, "user_id": USER_ID}
_OTLP_NAMES = frozenset((RECORD_UID, USER_ID, SESSION_ID, EVENT_NAME))
# What Python reads beyond RFC 3339 is refused: a space for the T, an offset without its colon.
_is_rfc3339 = re.compile(r"[0-9-]{10}[Tt][0-9:.]{8,}(?:[Zz]|[+-][0-9]{2}:[0-9]{2})").fullmatch
_EPOCH = datetime.fromtimestamp(0, UTC)


class _Events(Struct):
    events: list[Raw]


_events = msgspec.json.Decoder(_Events)
_decode_event = msgspec.json.Decoder(dict[str, Any]).decode
_Timestamp = Annotated[datetime, Meta(tz=True)]


def read_plain(body: bytes) -> Batch:
    """Open a plain batch, leaving each event encoded; other keys beside `events` are ignored.

    Raises `MalformedRequest` when the body is no object with a list of events.
    """
    try:
        events = decode_document(_events, without_bom(body)).events
    except MalformedRequest:
        raise MalformedRequest('The body is no JSON object with a list "events".') from None
    return Batch([EMPTY_HEAD], [(0, raw) for raw in events], _decode)


def _decode(raw: bytes) -> LogRecord:
    try:
        event = _decode_event(raw)
    except UNREADABLE:
        raise Rejected(Reason.RECORD_MALFORMED) from None
    if _says_a_key_twice(raw, event):
        raise Rejected(Reason.ATTRIBUTE_DUPLICATE)
    if not _OTLP_NAMES.isdisjoint(event):
        raise Rejected(Reason.ATTRIBUTE_NOT_ALLOWED)
    name = event.pop("event", "")
    return LogRecord(
        eventName=name if isinstance(name, str) else "",
        timeUnixNano=_nanoseconds(event.pop("ts", None)),
        attributes=[
            KeyValue(_OWN_KEYS.get(key, key), _any_value(value)) for key, value in event.items()
        ],
    )


def _says_a_key_twice(raw: bytes, event: dict[str, Any]) -> bool:
    """Find a key that the decoder overwrote: then there are more colons than keys.

    Colons within texts are only told apart where the count does not settle it.
    """
    text = bytes(raw)
    if text.count(b":") == len(event):
        return False
    nested = sum(map(_members, event.values()))
    return _STRING.sub(b"", text).count(b":") > len(event) + nested


def _members(value: Any) -> int:
    """Count the members of all objects in a value."""
    if isinstance(value, dict):
        return len(value) + sum(map(_members, value.values()))
    return sum(map(_members, value)) if isinstance(value, list) else 0


def _any_value(value: Any) -> AnyValue:
    """Wrap a JSON scalar; lists, maps and null are of no kind that an attribute may have."""
    if isinstance(value, str):
        return AnyValue(stringValue=value)
    if isinstance(value, bool):
        return AnyValue(boolValue=value)
    if isinstance(value, int | float):
        return AnyValue(doubleValue=value)
    return AnyValue()


def _nanoseconds(ts: Any) -> int:
    """Read RFC 3339 or epoch milliseconds; 0 where there is none."""
    if ts is None:
        return 0
    if isinstance(ts, str):
        return _from_rfc3339(ts)
    if isinstance(ts, int | float) and not isinstance(ts, bool):
        # 1970 is a time, if one that is out of range, and so is what no clock can show.
        return int(min(max(ts, 0), _MOST_MS) * _NS_PER_MS) or 1
    return UNREADABLE_TIME


def _from_rfc3339(ts: str) -> int:
    if not _is_rfc3339(ts):
        return UNREADABLE_TIME
    try:
        moment = msgspec.convert(ts, _Timestamp)
    except (msgspec.ValidationError, OverflowError):
        return UNREADABLE_TIME
    return max(1, (moment - _EPOCH) // timedelta(microseconds=1) * 1000)
