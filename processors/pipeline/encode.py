# SPDX-License-Identifier: Apache-2.0
"""An admitted event, written as the OTLP/JSON LogRecord that is stored and forwarded."""

from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring_ascii as quote
from typing import Any

from processors.pipeline.records import Record
from processors.pipeline.verdicts import Accepted

_TAIL = b"]}]}"


def encode_record(record: Record, attributes: Mapping[str, Any]) -> bytes:
    """Write one LogRecord; its name, keys and ids are ours, its values checked by the catalog."""
    return (
        f'{{"timeUnixNano":"{record.time_ns}","observedTimeUnixNano":"{record.observed_ns}",'
        f'"severityNumber":{record.severity},"eventName":"{record.event}",'
        f'"attributes":[{",".join(map(encode_attribute, attributes, attributes.values()))}],'
        f'"traceId":"{record.trace_id}","spanId":"{record.span_id}","flags":{record.flags}}}'
    ).encode()


def encode_attribute(key: str, value: Any) -> str:
    """Write one KeyValue; the key is a catalog name, the value of a catalogued type."""
    if value.__class__ is str:
        return f'{{"key":"{key}","value":{{"stringValue":{quote(value)}}}}}'
    if value.__class__ is int:
        return f'{{"key":"{key}","value":{{"intValue":"{value}"}}}}'
    if value.__class__ is bool:
        return f'{{"key":"{key}","value":{{"boolValue":{"true" if value else "false"}}}}}'
    return f'{{"key":"{key}","value":{{"doubleValue":{value!r}}}}}'


def encode_resource_logs(origins: list[bytes], accepted: Iterable[Accepted]) -> bytes:
    """Join accepted records under their heads: OTLP/JSON ResourceLogs, comma separated.

    Gives b"" where nothing was accepted.
    """
    records: dict[int, list[bytes]] = {}
    for event in accepted:
        records.setdefault(event.origin, []).append(event.record)
    return b",".join(origins[o] + b",".join(group) + _TAIL for o, group in records.items())
