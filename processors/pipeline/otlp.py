# SPDX-License-Identifier: Apache-2.0
"""OTLP logs: the wire's messages, and how a LogRecord becomes a `Record`.

Source: opentelemetry-proto, logs/v1 and the OTLP specification's "JSON Protobuf Encoding":
lowerCamelCase names, hex ids in either case, 64-bit integers as strings or numbers, enums as
integers, unknown fields ignored.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from processors.catalog.envelope import EVENT_NAME, RECORD_UID, USER_ID
from processors.pipeline.envelope import Envelope
from processors.pipeline.reasons import Reason
from processors.pipeline.records import Batch, MalformedRequest, Record
from processors.pipeline.values import KeyValue, number, plain_value
from processors.pipeline.verdicts import Rejected

_EMPTY = Raw(b"{}")


class LogRecord(Struct, gc=False):
    """opentelemetry.proto.logs.v1.LogRecord."""

    timeUnixNano: int | str = 0
    observedTimeUnixNano: int | str = 0
    severityNumber: Annotated[int, Meta(ge=0, le=24)] = 0
    severityText: str = ""
    eventName: str = ""
    body: Raw | None = None
    attributes: list[KeyValue] = []
    traceId: str = ""
    spanId: str = ""
    flags: Annotated[int, Meta(ge=0, le=0xFFFFFFFF)] = 0


class _ScopeLogs(Struct, gc=False):
    scope: Raw = _EMPTY
    logRecords: list[Raw] = []


class _ResourceLogs(Struct, gc=False):
    resource: Raw = _EMPTY
    scopeLogs: list[_ScopeLogs] = []


class _Request(Struct, gc=False):
    resourceLogs: list[_ResourceLogs] = []


_decode_request = msgspec.json.Decoder(_Request).decode
_decode_record = msgspec.json.Decoder(LogRecord).decode


def read_json(body: bytes, envelope: Envelope) -> Batch:
    """Open an OTLP/JSON ExportLogsServiceRequest, leaving each LogRecord encoded.

    Raises `MalformedRequest` when the body is no such message.
    """
    try:
        request = _decode_request(body)
        origins, records, dropped, client_dropped = [], [], 0, 0
        for resource_logs in request.resourceLogs:
            for scope_logs in resource_logs.scopeLogs:
                origin = envelope.head(bytes(resource_logs.resource), bytes(scope_logs.scope))
                records += [(len(origins), raw) for raw in scope_logs.logRecords]
                origins.append(origin.json)
                dropped += origin.dropped
                client_dropped += origin.client_dropped
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise MalformedRequest from None
    return Batch(origins, records, _decode, dropped, client_dropped)


def _decode(raw: Raw) -> Record:
    try:
        log_record = _decode_record(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise Rejected(Reason.RECORD_MALFORMED) from None
    return _record(log_record)


def _record(log_record: LogRecord) -> Record:
    """Take out of a LogRecord what may survive: times, severity number, ids, flags, attributes.

    An `event.name` attribute names the event of SDKs that cannot set `eventName` yet.
    Raises `Rejected(RECORD_MALFORMED)` for numbers and ids that OTLP does not allow.
    """
    result = Record(
        event=log_record.eventName,
        time_ns=_nanoseconds(log_record.timeUnixNano),
        observed_ns=_nanoseconds(log_record.observedTimeUnixNano),
        attributes=[],
        has_body=_has_content(log_record.body),
        severity=log_record.severityNumber,
        trace_id=_hex_id(log_record.traceId, 32),
        span_id=_hex_id(log_record.spanId, 16),
        flags=log_record.flags,
        dropped=1 if log_record.severityText else 0,
    )
    for attribute in log_record.attributes:
        _take(attribute, result)
    return result


def _take(attribute: KeyValue, result: Record) -> None:
    key, value = attribute.key, plain_value(attribute.value)
    if key == RECORD_UID and result.uid is None:
        result.uid = value
    elif key == USER_ID and result.user_id is None:
        result.user_id = value
    elif key == EVENT_NAME and result.event in ("", value):
        result.event = value if isinstance(value, str) else ""
    else:
        result.attributes.append((key, value))


def _nanoseconds(value: int | str) -> int:
    nanoseconds = value if isinstance(value, int) else number(value)
    if not isinstance(nanoseconds, int) or not 0 <= nanoseconds < 1 << 64:
        raise Rejected(Reason.RECORD_MALFORMED)
    return nanoseconds


def _hex_id(value: str, digits: int) -> str:
    if not value:
        return ""
    try:
        given = bytes.fromhex(value)
    except ValueError:
        raise Rejected(Reason.RECORD_MALFORMED) from None
    if len(value) != digits:
        raise Rejected(Reason.RECORD_MALFORMED)
    return given.hex() if any(given) else ""


def _has_content(body: Raw | None) -> bool:
    """Tell whether a body carries anything; SDKs send `{}` or an empty string for "no body"."""
    if body is None:
        return False
    value = msgspec.json.decode(body)
    return value not in ({}, {"stringValue": ""})
