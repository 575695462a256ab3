# SPDX-License-Identifier: Apache-2.0
"""Stored frames, read back as single events for the sinks that need them one by one."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Raw, Struct

from processors.delivery.outbox.frames import FrameUnreadable, compress, join, texts

_EPOCH = datetime.fromtimestamp(0, UTC)
_IDS = ("user_id", "session_id", "trace_id", "span_id")


class StoredEvent(Struct, frozen=True, gc=False):
    """One accepted event, in the story's names.

    `event` is the catalog name, `id` the event's UUID; `time_ns` is when it happened and
    `observed_ns` when it was first observed, in nanoseconds since the epoch.
    `user_id` and `session_id` come from the caller; `trace_id` is 32 hex digits, `span_id` 16;
    what an event does not have of these is "".
    `attributes` are catalogued keys, `resource` what is known of the sending application.
    """

    event: str
    id: str
    time_ns: int
    observed_ns: int
    user_id: str
    session_id: str
    trace_id: str
    span_id: str
    attributes: dict[str, Any]
    resource: dict[str, Any]

    @property
    def ts(self) -> datetime:
        """Return when it happened, to the microsecond, which JSON writes as RFC 3339."""
        return _EPOCH + timedelta(microseconds=self.time_ns // 1000)

    def as_line(self) -> bytes:
        """Return one JSON line in the story's names; what the event does not have is left out."""
        fields: dict[str, Any] = {"event": self.event, "id": self.id, "ts": self.ts}
        for name in _IDS:
            if value := getattr(self, name):
                fields[name] = value
        fields.update(self.attributes)
        fields.update(self.resource)
        return _encode(fields) + b"\n"


class _Value(Struct, gc=False):
    stringValue: str | None = None
    intValue: str | None = None
    doubleValue: float | None = None
    boolValue: bool | None = None


class _KeyValue(Struct, gc=False):
    key: str
    value: _Value


class _Resource(Struct, gc=False):
    attributes: list[_KeyValue] = []


class _LogRecord(Struct, gc=False):
    timeUnixNano: str
    observedTimeUnixNano: str
    eventName: str
    attributes: list[_KeyValue]
    traceId: str = ""
    spanId: str = ""


class _ScopeLogs(Struct, gc=False):
    logRecords: list[_LogRecord]


class _ResourceLogs(Struct, gc=False):
    resource: _Resource
    scopeLogs: list[_ScopeLogs]


class _RawScopeLogs(Struct, gc=False):
    scope: Raw
    logRecords: list[Raw]


class _RawResourceLogs(Struct, gc=False):
    resource: Raw
    scopeLogs: list[_RawScopeLogs]


_UNREADABLE = (msgspec.MsgspecError, KeyError, ValueError)
_decode = msgspec.json.Decoder(list[_ResourceLogs]).decode
_decode_record = msgspec.json.Decoder(_LogRecord).decode
_decode_raw = msgspec.json.Decoder(list[_RawResourceLogs]).decode
_encode = msgspec.json.Encoder().encode


def events(frames: bytes) -> list[StoredEvent]:
    """Decode a frame sequence; raises `FrameUnreadable`."""
    try:
        return [
            _event(record, resource)
            for json in _lists(frames)
            for resource_logs in _decode(json)
            for resource in [_plain(resource_logs.resource.attributes)]
            for scope_logs in resource_logs.scopeLogs
            for record in scope_logs.logRecords
        ]
    except _UNREADABLE:
        raise FrameUnreadable from None


def split(frames: bytes) -> list[bytes]:
    """Make a frame for each event of a frame sequence; raises `FrameUnreadable`."""
    try:
        return [
            compress(_encode(_alone(resource_logs, scope_logs, record)))
            for json in _lists(frames)
            for resource_logs in _decode_raw(json)
            for scope_logs in resource_logs.scopeLogs
            for record in scope_logs.logRecords
        ]
    except _UNREADABLE:
        raise FrameUnreadable from None


def without(frames: bytes, user_id: str) -> tuple[bytes, Counter[str]]:
    """Return the frames without a user's events, and how many were left out, by name.

    Raises `FrameUnreadable`.
    """
    gone: Counter[str] = Counter()
    try:
        rest = [_without(json, user_id, gone) for json in _lists(frames)]
    except _UNREADABLE:
        raise FrameUnreadable from None
    return join(filter(None, rest)), gone


def _without(json: bytes, user_id: str, gone: Counter[str]) -> bytes:
    left = []
    for resource_logs in _decode_raw(json):
        for scope_logs in resource_logs.scopeLogs:
            scope_logs.logRecords = [
                record for record in scope_logs.logRecords if not _goes(record, user_id, gone)
            ]
        resource_logs.scopeLogs = [scope for scope in resource_logs.scopeLogs if scope.logRecords]
        if resource_logs.scopeLogs:
            left.append(resource_logs)
    return compress(_encode(left)[1:-1]) if left else b""


def _goes(raw: Raw, user_id: str, gone: Counter[str]) -> bool:
    record = _decode_record(raw)
    if _plain(record.attributes).get("user.id") != user_id:
        return False
    gone[record.eventName] += 1
    return True


def _lists(frames: bytes) -> Iterator[bytes]:
    """Yield the JSON list of each request in a row.

    Decoding holds the interpreter: done request by request, the event loop gets its turns.
    """
    return (b"[" + text + b"]" for text in texts(frames) if text != b",")


def _event(record: _LogRecord, resource: dict[str, Any]) -> StoredEvent:
    attributes = _plain(record.attributes)
    return StoredEvent(
        event=record.eventName,
        id=attributes.pop("log.record.uid"),
        time_ns=int(record.timeUnixNano),
        observed_ns=int(record.observedTimeUnixNano),
        user_id=attributes.pop("user.id", ""),
        session_id=attributes.pop("session.id", ""),
        trace_id=record.traceId,
        span_id=record.spanId,
        attributes=attributes,
        resource=resource,
    )


def _plain(attributes: list[_KeyValue]) -> dict[str, Any]:
    """Yield key and value of each attribute; one loop, as it runs hundreds of times per request."""
    plain: dict[str, Any] = {}
    for attribute in attributes:
        value = attribute.value
        if value.stringValue is not None:
            plain[attribute.key] = value.stringValue
        elif value.intValue is not None:
            plain[attribute.key] = int(value.intValue)
        else:
            plain[attribute.key] = value.doubleValue if value.boolValue is None else value.boolValue
    return plain


def _alone(
    resource_logs: _RawResourceLogs, scope_logs: _RawScopeLogs, record: Raw
) -> _RawResourceLogs:
    scope = _RawScopeLogs(scope_logs.scope, [record])
    return _RawResourceLogs(resource_logs.resource, [scope])
