# SPDX-License-Identifier: Apache-2.0
"""One event as it was received, in the one shape that every encoding is decoded to.

Because the checks see this shape only, OTLP JSON, OTLP protobuf and the plain batch get the
same verdicts by construction.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Raw, Struct

from processors.pipeline.reasons import Reason


class Complex:
    """The value of an attribute that no catalogued type can hold: a list, a map, bytes or null."""


COMPLEX: Final = Complex()


class Record(Struct, gc=False):
    """A received event, decoded and not yet judged.

    Times are nanoseconds since the epoch, 0 for absent; ids are lowercase hex or "";
    `user_id` and `uid` are what the client claims; `dropped` counts envelope fields left out.
    """

    event: str
    time_ns: int
    observed_ns: int
    attributes: list[tuple[str, Any]]
    time_problem: Reason | None = None
    has_body: bool = False
    uid: Any = None
    user_id: Any = None
    severity: int = 0
    trace_id: str = ""
    span_id: str = ""
    flags: int = 0
    dropped: int = 0


class Batch(Struct, frozen=True):
    """The records of one request, each as received JSON with the position of its origin.

    `origins` are OTLP/JSON ResourceLogs heads;
    `decode` turns one record into a `Record` and raises `Rejected` where it cannot.
    """

    origins: Sequence[bytes]
    records: Sequence[tuple[int, Raw]]
    decode: Callable[[Raw], Record]
    envelope_dropped: int = 0
    client_dropped: int = 0


class MalformedRequest(Exception):
    """The body as a whole cannot be read; says so without quoting any of it."""
