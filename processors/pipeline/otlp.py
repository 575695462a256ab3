# SPDX-License-Identifier: Apache-2.0
"""The OTLP door: an ExportLogsServiceRequest in JSON, opened.

Source: the OTLP specification's "JSON Protobuf Encoding": lowerCamelCase names, hex ids in
either case, 64-bit integers as strings or numbers, enums as integers, unknown fields ignored.
"""

import msgspec
from msgspec import Raw, Struct

from processors.pipeline.envelope import Envelope
from processors.pipeline.reasons import Reason
from processors.pipeline.records import Batch, LogRecord, MalformedRequest
from processors.pipeline.verdicts import Rejected

_EMPTY = Raw(b"{}")


class _ScopeLogs(Struct, gc=False):
    scope: Raw = _EMPTY
    logRecords: list[Raw] = []


class _ResourceLogs(Struct, gc=False):
    resource: Raw = _EMPTY
    scopeLogs: list[_ScopeLogs] = []


class _Request(Struct, gc=False):
    resourceLogs: list[_ResourceLogs] = []


UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeError)
"""What msgspec raises for bytes that are not what they should be."""

_decode_request = msgspec.json.Decoder(_Request).decode
# Not strict: JavaScript writes 64-bit integers as numbers or strings, and whole doubles as ints.
_decode_record = msgspec.json.Decoder(LogRecord, strict=False).decode


def read_json(body: bytes, envelope: Envelope) -> Batch:
    """Open an OTLP/JSON request, leaving each LogRecord encoded.

    Raises `MalformedRequest` when the body is no such message.
    """
    origins: list[str] = []
    records: list[tuple[int, Raw]] = []
    dropped = client_dropped = 0
    try:
        for resource_logs in _decode_request(body).resourceLogs:
            for scope_logs in resource_logs.scopeLogs:
                head = envelope.head(bytes(resource_logs.resource), bytes(scope_logs.scope))
                records += [(len(origins), raw) for raw in scope_logs.logRecords]
                origins.append(head.json)
                dropped += head.dropped
                client_dropped += head.client_dropped
    except UNREADABLE:
        raise MalformedRequest from None
    return Batch(origins, records, _decode, dropped, client_dropped)


def _decode(raw: Raw) -> LogRecord:
    try:
        return _decode_record(raw)
    except UNREADABLE:
        raise Rejected(Reason.RECORD_MALFORMED) from None
