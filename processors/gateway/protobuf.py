# SPDX-License-Identifier: Apache-2.0
"""OTLP protobuf, translated on arrival to the OTLP/JSON that the pipeline reads.

One shape from here on means one set of verdicts: sizes, types and limits are those of the
JSON encoding, whichever way an event came.
Source: the OTLP specification's "JSON Protobuf Encoding".
"""

import base64
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs

from processors.pipeline.records import MalformedRequest


def to_json(body: bytes) -> bytes:
    """Translate an ExportLogsServiceRequest from protobuf to OTLP/JSON.

    Raises `MalformedRequest` when the body is no such message.
    """
    try:
        request = ExportLogsServiceRequest.FromString(body)
    except DecodeError:
        raise MalformedRequest from None
    return msgspec.json.encode({"resourceLogs": [_resource_logs(r) for r in request.resource_logs]})


def _resource_logs(message: ResourceLogs) -> dict[str, Any]:
    return {
        "resource": {"attributes": _key_values(message.resource.attributes)},
        "scopeLogs": [_scope_logs(scope_logs) for scope_logs in message.scope_logs],
    }


def _scope_logs(message: ScopeLogs) -> dict[str, Any]:
    return {
        "scope": _scope(message.scope),
        "logRecords": [_log_record(log_record) for log_record in message.log_records],
    }


def _scope(scope: InstrumentationScope) -> dict[str, Any]:
    return {
        "name": scope.name,
        "version": scope.version,
        "attributes": _key_values(scope.attributes),
    }


def _log_record(message: LogRecord) -> dict[str, Any]:
    result = {
        "timeUnixNano": str(message.time_unix_nano),
        "observedTimeUnixNano": str(message.observed_time_unix_nano),
        "severityNumber": message.severity_number,
        "severityText": message.severity_text,
        "eventName": message.event_name,
        "attributes": _key_values(message.attributes),
        "traceId": message.trace_id.hex(),
        "spanId": message.span_id.hex(),
        "flags": message.flags,
    }
    if message.HasField("body"):
        result["body"] = _any_value(message.body)
    return result


def _key_values(attributes: Iterable[KeyValue]) -> list[dict[str, Any]]:
    return [{"key": a.key, "value": _any_value(a.value)} for a in attributes]


def _any_value(value: AnyValue) -> dict[str, Any]:
    """Translate a value; a kind that this version of OTLP/JSON does not know becomes empty."""
    kind = value.WhichOneof("value")
    if kind is None or kind not in _KINDS:
        return {}
    name, translate = _KINDS[kind]
    return {name: translate(getattr(value, kind))}


def _double(number: float) -> float | str:
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


_KINDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "string_value": ("stringValue", str),
    "int_value": ("intValue", str),
    "double_value": ("doubleValue", _double),
    "bool_value": ("boolValue", bool),
    "bytes_value": ("bytesValue", lambda data: base64.b64encode(data).decode()),
    "array_value": ("arrayValue", lambda array: {"values": [_any_value(v) for v in array.values]}),
    "kvlist_value": ("kvlistValue", lambda kvlist: {"values": _key_values(kvlist.values)}),
}
