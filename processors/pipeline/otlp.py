# SPDX-License-Identifier: Apache-2.0
"""An ExportLogsServiceRequest in JSON, opened.

Source: the OTLP specification's "JSON Protobuf Encoding": lowerCamelCase names, hex ids in
either case, 64-bit integers as strings or numbers, enums as integers, null for what is unset,
unknown fields ignored.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from processors.pipeline.envelope import (
    Encoding,
    Envelope,
    ResourceRecords,
    Scope,
    ScopeRecords,
    check_groups,
)
from processors.pipeline.records import Batch, KeyValue, LogRecord, MalformedRequest
from processors.pipeline.verdicts import Reason, Rejected
from service_kit.escapes import repair_escapes, without_bom

_EMPTY: Final = Raw(b"{}")
_NO_REQUEST: Final = "The body is no OTLP logs request."
_FOREIGN: Final = (
    "The body has no resourceLogs; OTLP/JSON writes its names in lowerCamelCase:"
    " resourceLogs, scopeLogs, logRecords."
)

T = TypeVar("T")


class _ScopeLogs(Struct, gc=False):
    scope: Raw = _EMPTY
    logRecords: list[Raw] | None = None


class _ResourceLogs(Struct, gc=False):
    resource: Raw = _EMPTY
    scopeLogs: list[_ScopeLogs] | None = None


class _Request(Struct, gc=False):
    resourceLogs: list[_ResourceLogs] | UnsetType | None = UNSET


class _Resource(Struct, gc=False):
    attributes: list[KeyValue] | None = None


class _Scope(Struct, gc=False):
    name: str | None = None
    version: str | None = None
    attributes: list[Raw] | None = None


UNREADABLE: Final = (msgspec.MsgspecError, RecursionError, UnicodeError)
"""What msgspec raises for bytes that are not what they should be."""

_request = msgspec.json.Decoder(_Request)
_members = msgspec.json.Decoder(dict[str, Raw])
_resource = msgspec.json.Decoder(_Resource | None, strict=False)
_scope = msgspec.json.Decoder(_Scope | None)
# Not strict: JavaScript writes 64-bit integers as numbers or strings, and whole doubles as ints.
_record = msgspec.json.Decoder(LogRecord, strict=False)


def read_json(body: bytes, envelope: Envelope) -> Batch:
    """Open an OTLP/JSON request, leaving each LogRecord encoded.

    Raises `MalformedRequest` when the body is no such message.
    """
    body = without_bom(body)
    found = decode_document(_request, body)
    if found.resourceLogs is UNSET and decode_document(_members, body):
        raise MalformedRequest(_FOREIGN)
    resource_logs = found.resourceLogs or ()
    check_groups(len(resource_logs))
    check_groups(sum(len(found.scopeLogs or ()) for found in resource_logs))
    return envelope.open(map(_resource_records, resource_logs))


def decode_document(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Decode a body; a wrong escape costs the record that has it, not the whole.

    Raises `MalformedRequest`.
    """
    try:
        return decoder.decode(body)
    except UNREADABLE:
        pass
    try:
        return decoder.decode(repair_escapes(body))
    except UNREADABLE:
        raise MalformedRequest(_NO_REQUEST) from None


def _resource_records(found: _ResourceLogs) -> ResourceRecords:
    scopes = [ScopeRecords(bytes(s.scope), s.logRecords or ()) for s in found.scopeLogs or ()]
    return ResourceRecords(bytes(found.resource), scopes)


def _read_resource(encoded: bytes) -> Sequence[KeyValue]:
    found = _part(_resource, encoded)
    return (found.attributes if found else None) or ()


def _read_scope(encoded: bytes) -> Scope:
    found = _part(_scope, encoded) or _Scope()
    return Scope(found.name or "", found.version or "", len(found.attributes or ()))


def _part(decoder: msgspec.json.Decoder[Any], encoded: bytes) -> Any:
    try:
        return decoder.decode(encoded)
    except UNREADABLE:
        raise MalformedRequest(_NO_REQUEST) from None


def _read_record(encoded: bytes) -> LogRecord:
    try:
        return _record.decode(encoded)
    except UNREADABLE:
        raise Rejected(Reason.RECORD_MALFORMED) from None


JSON: Final = Encoding(_read_resource, _read_scope, _read_record)
