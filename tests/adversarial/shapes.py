# SPDX-License-Identifier: Apache-2.0
"""Bodies that are made to cost: each as large as a request may be, and none of it ordinary."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from processors.limits import REQUEST_BYTES
from tests.clients.otlp_protobuf import to_protobuf
from tests.pipeline.batches import copied, otlp, plain, record

Json = Any


def repeated(before: bytes, unit: bytes, after: bytes, comma: bytes = b",") -> bytes:
    """Repeat a unit until the whole is as large as a request may be."""
    room = REQUEST_BYTES - len(before) - len(after)
    return before + comma.join([unit] * ((room + len(comma)) // (len(unit) + len(comma)))) + after


def encoded(value: Json) -> bytes:
    """Write JSON without spaces."""
    return json.dumps(value, separators=(",", ":")).encode()


def filled(make: Callable[[int], bytes], most: int) -> bytes:
    """Make a body of as many units as fit, at most so many."""
    unit = len(make(2)) - len(make(1))
    return make(min(most, (REQUEST_BYTES - len(make(1))) // unit))


def ordinary_otlp() -> bytes:
    """Return an OTLP/JSON request of catalogued events, as large as a request may be."""
    return filled(lambda count: otlp(*[record(copied())] * count), 512)


def ordinary_plain() -> bytes:
    """Return a plain batch of the 50 events that one may have."""
    return plain(*[copied(prompt_id="9b2fca1e-1f0c-4d3c-9a63-0d7f6f0e4a11")] * 50)


_RECORDS: Final = (b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[', b"]}]}]}")
_VALUE: Final = (
    b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"prompt_copied","attributes":'
    b'[{"key":"variant","value":',
    b"}]}]}]}]}",
)
_HALF: Final = REQUEST_BYTES // 2


def _resource_and_scopes() -> bytes:
    attributes = b",".join([b"{}"] * (_HALF // 3 - 40))
    scopes = b",".join([b"{}"] * (_HALF // 3 - 40))
    return b'{"resourceLogs":[{"resource":{"attributes":[%b]},"scopeLogs":[%b]}]}' % (
        attributes,
        scopes,
    )


def _small_records(fields: Mapping[str, Json]) -> bytes:
    return filled(lambda count: otlp(*[record(copied()) | fields] * count), 512)


OTLP_JSON: Final[Mapping[str, bytes]] = {
    "empty resources": repeated(b'{"resourceLogs":[', b"{}", b"]}"),
    "empty scopes": repeated(b'{"resourceLogs":[{"scopeLogs":[', b"{}", b"]}]}"),
    "empty scopes under a resource of empty attributes": _resource_and_scopes(),
    "empty records": repeated(_RECORDS[0], b"{}", _RECORDS[1]),
    "nulls for records": repeated(_RECORDS[0], b"null", _RECORDS[1]),
    "records that are lists": repeated(_RECORDS[0], b"[]", _RECORDS[1]),
    "one record of empty attributes": repeated(
        _RECORDS[0] + b'{"eventName":"prompt_copied","attributes":[', b"{}", b"]}" + _RECORDS[1]
    ),
    "512 records of empty attributes": _small_records({"attributes": [{}] * 120}),
    "512 records of unknown attributes": _small_records(
        {"attributes": [{"key": f"k{n}"} for n in range(20)]}
    ),
    "nested lists": repeated(_VALUE[0], b"[", b"", b"") + _VALUE[1],
    "nested maps": repeated(_VALUE[0], b'{"a":', b"", b"") + _VALUE[1],
    "a list value": repeated(_VALUE[0] + b'{"arrayValue":{"values":[', b"{}", b"]}}" + _VALUE[1]),
    "escapes": repeated(_VALUE[0] + b'{"stringValue":"', rb"\u0041", b'"}' + _VALUE[1], b""),
    "wrong escapes": repeated(_VALUE[0] + b'{"stringValue":"', rb"\ud800", b'"}' + _VALUE[1], b""),
    "one wrong escape, at the end": ordinary_otlp()[:-4] + rb',"x":"\x"}]}',
    "white space": b" " * (REQUEST_BYTES - 2) + b"{}",
    "unknown members": repeated(b"{", b'"a":0', b"}"),
    "digits": repeated(_RECORDS[0] + b'{"timeUnixNano":', b"9", b"}" + _RECORDS[1], b""),
    "not JSON": b'"' * REQUEST_BYTES,
    "backslashes": b'"' + b"\\" * (REQUEST_BYTES - 1),
}


def _protobuf(fill: Callable[[ExportLogsServiceRequest], None]) -> bytes:
    request = ExportLogsServiceRequest()
    fill(request)
    return request.SerializeToString()[:REQUEST_BYTES]


def _many(count: int, add: Callable[[], Any]) -> None:
    for _ in range(count):
        add()


def _resource_of_attributes(request: ExportLogsServiceRequest) -> None:
    resource_logs = request.resource_logs.add()
    _many(_HALF // 2 - 20, resource_logs.resource.attributes.add)
    _many(_HALF // 2 - 20, resource_logs.scope_logs.add)


def _records_of(fill: Callable[[Any], None], count: int) -> Callable[[Any], None]:
    def fill_request(request: ExportLogsServiceRequest) -> None:
        scope_logs = request.resource_logs.add().scope_logs.add()
        for _ in range(count):
            log_record = scope_logs.log_records.add()
            log_record.event_name = "prompt_copied"
            fill(log_record)

    return fill_request


def _list_value(log_record: Any) -> None:
    values = [AnyValue()] * 200
    log_record.attributes.append(KeyValue(key="variant"))
    log_record.attributes[0].value.array_value.values.extend(values)


def _nested(depth: int) -> AnyValue:
    value = AnyValue(bool_value=True)
    for _ in range(depth):
        outer = AnyValue()
        outer.array_value.values.append(value)
        value = outer
    return value


OTLP_PROTOBUF: Final[Mapping[str, bytes]] = {
    "empty resources": _protobuf(lambda r: _many(REQUEST_BYTES // 2, r.resource_logs.add)),
    "empty scopes": _protobuf(
        lambda r: _many(REQUEST_BYTES // 2 - 8, r.resource_logs.add().scope_logs.add)
    ),
    "empty scopes under a resource of empty attributes": _protobuf(_resource_of_attributes),
    "empty records": _protobuf(
        lambda r: _many(
            REQUEST_BYTES // 2 - 16, r.resource_logs.add().scope_logs.add().log_records.add
        )
    ),
    "one record of empty attributes": _protobuf(
        _records_of(lambda log_record: _many(120_000, log_record.attributes.add), 1)
    ),
    "512 records of empty attributes": _protobuf(
        _records_of(lambda log_record: _many(128, log_record.attributes.add), 512)
    ),
    "512 records of list values": _protobuf(_records_of(_list_value, 512)),
    "512 records of nested bodies": _protobuf(
        _records_of(lambda log_record: log_record.body.CopyFrom(_nested(40)), 512)
    ),
    "not protobuf": b"\xff" * REQUEST_BYTES,
    "fields that nobody knows": b"\xa0\x06\x00" * (REQUEST_BYTES // 3),
}

PLAIN: Final[Mapping[str, bytes]] = {
    "empty events": repeated(b'{"events":[', b"{}", b"]}"),
    "one event of many keys": repeated(b'{"events":[{', b'"a":0', b"}]}"),
    "events of many keys": plain(*[{f"k{n}": 0 for n in range(380)}] * 50),
    "events of many colons": plain(*[copied(version=":" * 3800)] * 50),
    "events of nested lists": b'{"events":[%b]}' % b",".join([b"[" * 900 + b"]" * 900] * 50),
    "wrong escapes": repeated(b'{"events":[{"event":"', rb"\x", b'"}]}', b""),
    "unknown members": repeated(b'{"events":[],', b'"a":0', b"}"),
    "not JSON": b"[" * REQUEST_BYTES,
}


def ordinary_protobuf() -> bytes:
    """Return the ordinary OTLP request in protobuf."""
    return to_protobuf(ordinary_otlp())


def rating(words: str) -> bytes:
    """Return a rating with a note as long as a request may be."""
    note = (words * (REQUEST_BYTES // len(words)))[: REQUEST_BYTES - 200]
    fields = {"prompt_id": "9b2fca1e-1f0c-4d3c-9a63-0d7f6f0e4a11", "rating": 5, "source": "copy"}
    return encoded(fields | {"note": note})


RATINGS: Final[Mapping[str, bytes]] = {
    words: rating(words)
    for words in (
        "a@b.example ",
        "+49 30 1234567 ",
        "4111 1111 1111 1111 ",
        "0123456789",
        "a.a.",
        "password is x1y2z3w4 ",
        "https://u:p@h/?q=1 ",
        "eyJhbGciOiJIUzI1NiJ9.",
        "::1:",
        "-----BEGIN PRIVATE KEY-----",
        "e\u0301",
        "\U0001f468\u200d",
    )
} | {
    "nested": repeated(b'{"x":', b"[", b"", b"") + b"]",
    "members": repeated(b"{", b'"a":0', b"}"),
    "wrong escapes": repeated(b'{"note":"', rb"\ud800", b'"}', b""),
}
