# SPDX-License-Identifier: Apache-2.0
"""One event as it was received: an OTLP LogRecord, whichever door it came in by.

The plain batch and OTLP protobuf are brought to this shape at their doors, so that every
encoding gets the same verdicts by construction.
Source: opentelemetry-proto, logs/v1 and common/v1.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from msgspec import Meta, Raw, Struct

from service_kit.fields import INT64_MAX

_Nanoseconds = Annotated[int, Meta(ge=0, le=INT64_MAX)]  # until the year 2262

UNREADABLE_TIME: Final = -1
"""The time of a plain event whose `ts` is no time."""


class AnyValue(Struct, gc=False):
    """A value of one of the kinds that an attribute may have; of any other kind, all are None."""

    stringValue: str | None = None
    intValue: int | float | None = None
    doubleValue: int | float | None = None
    boolValue: bool | None = None


class KeyValue(Struct, gc=False):
    """One attribute as received."""

    key: str = ""
    value: AnyValue | None = None


class LogRecord(Struct, gc=False):
    """One event as received; fields that OTLP has and we never forward are not even decoded."""

    eventName: str = ""
    timeUnixNano: _Nanoseconds = 0
    observedTimeUnixNano: _Nanoseconds = 0
    severityNumber: Annotated[int, Meta(ge=0, le=24)] = 0
    severityText: str = ""
    body: Any = None
    attributes: list[KeyValue] = []
    traceId: str = ""
    spanId: str = ""
    flags: Annotated[int, Meta(ge=0, le=0xFFFFFFFF)] = 0


class Batch(Struct, frozen=True):
    """The records of one request, each as received JSON with the position of its origin.

    `origins` are OTLP/JSON ResourceLogs heads, each open for its records;
    `decode` turns one record into a `LogRecord` and raises `Rejected` where it cannot.
    """

    origins: Sequence[str]
    records: Sequence[tuple[int, Raw]]
    decode: Callable[[Raw], LogRecord]
    envelope_dropped: int = 0
    client_dropped: int = 0


class MalformedRequest(Exception):
    """The body as a whole cannot be read; says so without quoting any of it."""
