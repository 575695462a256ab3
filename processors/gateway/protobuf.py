# SPDX-License-Identifier: Apache-2.0
"""An ExportLogsServiceRequest in protobuf, opened as the pipeline opens one in JSON.

Its messages and its bytes fields look alike on the wire. Read by a schema that has bytes where
OTLP has the resource, the scope and the records, each of these stays encoded: its size is known
before it costs anything, and what is wrong in one record is found in that record alone.
Source: opentelemetry-proto; "Protocol Buffers: Encoding".
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.proto.common.v1.common_pb2 import AnyValue as AnyValueMessage
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.common.v1.common_pb2 import KeyValue as KeyValueMessage
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as LogRecordMessage
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from processors.pipeline.envelope import (
    Encoding,
    Envelope,
    ResourceRecords,
    Scope,
    ScopeRecords,
    check_groups,
)
from processors.pipeline.records import AnyValue, Batch, KeyValue, LogRecord, MalformedRequest
from processors.pipeline.verdicts import Reason, Rejected
from service_kit.fields import INT64_MAX

_NO_REQUEST: Final = "The body is no OTLP logs request."
_SEVERITIES: Final = range(25)
_CONTENT: Final = {"content": True}
"""Stands for a body that says anything: what it says is not even read."""

_BYTES: Final = FieldDescriptorProto.TYPE_BYTES
_MESSAGE: Final = FieldDescriptorProto.TYPE_MESSAGE
_OPENED: Final[dict[str, list[tuple[str, int, str | None]]]] = {
    "Request": [("resource_logs", 1, "ResourceLogs")],
    "ResourceLogs": [("resource", 1, None), ("scope_logs", 2, "ScopeLogs")],
    "ScopeLogs": [("scope", 1, None), ("log_records", 2, None)],
}
"""The names and numbers of OTLP's fields, with None where the content stays encoded."""
_REPEATED: Final = frozenset({"resource_logs", "scope_logs", "log_records"})


def _opened_request() -> Any:
    """Make the message class of `_OPENED`."""
    file = FileDescriptorProto(name="telesift/opened.proto", package="opened", syntax="proto3")
    for name, fields in _OPENED.items():
        message = DescriptorProto(name=name, field=[_field(*field) for field in fields])
        file.message_type.append(message)
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("opened.Request"))


def _field(name: str, number: int, message: str | None) -> FieldDescriptorProto:
    return FieldDescriptorProto(
        name=name,
        number=number,
        type=_MESSAGE if message else _BYTES,
        type_name=f".opened.{message}" if message else None,
        label=FieldDescriptorProto.LABEL_REPEATED
        if name in _REPEATED
        else FieldDescriptorProto.LABEL_OPTIONAL,
    )


_Request: Final = _opened_request()


def read_protobuf(body: bytes, envelope: Envelope) -> Batch:
    """Open a request, leaving each LogRecord encoded.

    Raises `MalformedRequest` when the body is no such message.
    """
    try:
        request = _Request.FromString(body)
    except DecodeError:
        raise MalformedRequest(_NO_REQUEST) from None
    check_groups(len(request.resource_logs))
    check_groups(sum(len(found.scope_logs) for found in request.resource_logs))
    return envelope.open(map(_resource_records, request.resource_logs))


def _resource_records(message: Any) -> ResourceRecords:
    scopes = [ScopeRecords(s.scope, s.log_records) for s in message.scope_logs]
    return ResourceRecords(message.resource, scopes)


def _read_resource(encoded: bytes) -> Sequence[KeyValue]:
    try:
        message = Resource.FromString(encoded)
    except DecodeError:
        raise MalformedRequest(_NO_REQUEST) from None
    return _KeyValues(message.attributes)


def _read_scope(encoded: bytes) -> Scope:
    try:
        message = InstrumentationScope.FromString(encoded)
    except DecodeError:
        raise MalformedRequest(_NO_REQUEST) from None
    return Scope(message.name, message.version, len(message.attributes))


def _read_record(encoded: bytes) -> LogRecord:
    try:
        message = LogRecordMessage.FromString(encoded)
    except DecodeError:
        raise Rejected(Reason.RECORD_MALFORMED) from None
    time_ns, observed_ns = message.time_unix_nano, message.observed_time_unix_nano
    if max(time_ns, observed_ns) > INT64_MAX or message.severity_number not in _SEVERITIES:
        raise Rejected(Reason.RECORD_MALFORMED)
    return LogRecord(
        eventName=message.event_name,
        timeUnixNano=time_ns,
        observedTimeUnixNano=observed_ns,
        severityNumber=message.severity_number,
        severityText=message.severity_text,
        body=_content(message.body) if message.HasField("body") else None,
        attributes=_KeyValues(message.attributes),
        traceId=message.trace_id.hex(),
        spanId=message.span_id.hex(),
        flags=message.flags,
    )


def _content(body: AnyValueMessage) -> dict[str, Any]:
    """Return an empty body as JSON has it, anything else as content."""
    kind = body.WhichOneof("value")
    is_empty = kind is None or (kind == "string_value" and not body.string_value)
    return {} if is_empty else _CONTENT


class _KeyValues(Sequence[KeyValue]):
    """Attributes that are read one by one: the first that is not allowed is often the last read."""

    def __init__(self, messages: Any) -> None:
        self._messages = messages

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[KeyValue]:
        return map(_key_value, self._messages)

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]


def _key_value(message: KeyValueMessage) -> KeyValue:
    """Read an attribute; of a list, a map or bytes, which no attribute may be, only that."""
    value = message.value
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return KeyValue(message.key, AnyValue(stringValue=value.string_value))
    if kind == "int_value":
        return KeyValue(message.key, AnyValue(intValue=value.int_value))
    if kind == "bool_value":
        return KeyValue(message.key, AnyValue(boolValue=value.bool_value))
    if kind == "double_value":
        return KeyValue(message.key, AnyValue(doubleValue=value.double_value))
    return KeyValue(message.key, AnyValue())


PROTOBUF: Final = Encoding(_read_resource, _read_scope, _read_record)
