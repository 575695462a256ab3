# SPDX-License-Identifier: Apache-2.0
"""One event as it was received: an OTLP LogRecord, whichever endpoint and encoding it came by.

The plain batch and OTLP protobuf are brought to this shape as they are read, so that every
encoding gets the same verdicts by construction. None stands for what JSON leaves out or sets to
null, which OTLP holds for the same.
Source: opentelemetry-proto, logs/v1 and common/v1.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from service_kit.fields import INT64_MAX

_Nanoseconds = Annotated[int, Meta(ge=0, le=INT64_MAX)]  # until the year 2262
_Severity = Annotated[int, Meta(ge=0, le=24)]
_Flags = Annotated[int, Meta(ge=0, le=0xFFFFFFFF)]

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

    key: str | None = None
    value: AnyValue | None = None


class LogRecord(Struct, gc=False):
    """One event as received; fields that OTLP has and we never forward are not even decoded.

    Times are nanoseconds since 1970, ids hex digits; of `body` only matters what it is not.
    """

    eventName: str | None = None
    timeUnixNano: _Nanoseconds | None = None
    observedTimeUnixNano: _Nanoseconds | None = None
    severityNumber: _Severity | None = None
    severityText: str | None = None
    body: Any = None
    attributes: Sequence[KeyValue] | None = None
    traceId: str | None = None
    spanId: str | None = None
    flags: _Flags | None = None


class Batch(Struct, frozen=True):
    """The records of one request, each as received with the position of its origin.

    `origins` are OTLP/JSON ResourceLogs heads, each open for its records;
    `decode` turns one record into a `LogRecord` and raises `Rejected` where it cannot;
    `envelope_dropped` counts envelope fields that were left out, `client_dropped` the events
    that the client says it lost itself.
    """

    origins: Sequence[str]
    records: Sequence[tuple[int, bytes]]
    decode: Callable[[bytes], LogRecord]
    envelope_dropped: int = 0
    client_dropped: int = 0


class MalformedRequest(Exception):
    """The body as a whole cannot be read; `code` and `detail` are ours, and quote none of it."""

    def __init__(self, detail: str, code: str = "body_malformed") -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
