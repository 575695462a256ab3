# SPDX-License-Identifier: Apache-2.0
"""What the processor answers: the one source of its answers and its OpenAPI."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from processors import limits
from processors.pipeline.verdicts import Rejection, Verdicts
from service_kit.http.problem import BadRequest

TraceId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class Counts(Struct, frozen=True):
    """How many events of a batch were accepted and rejected, and a verdict per rejected event."""

    accepted: int
    rejected: int
    rejections: Sequence[Rejection]

    @classmethod
    def of(cls, verdicts: Verdicts) -> "Counts":
        """Return the counts, and the rejections in the order of the batch."""
        return cls(len(verdicts.accepted), len(verdicts.rejections), verdicts.rejections)


class BatchAnswer(Counts, frozen=True, kw_only=True):
    """What became of a batch of which something was accepted."""

    trace_id: TraceId


class NothingAccepted(BadRequest):
    """Every event of the batch was rejected; the answer says why, one by one."""

    code = "nothing_accepted"
    detail = "No event of the batch was acceptable."

    def __init__(self, verdicts: Verdicts) -> None:
        super().__init__()
        self.extensions: Mapping[str, Any] = structs.asdict(Counts.of(verdicts))


class Limits(Struct, frozen=True):
    """Every limit, in the units its name says."""

    requests_per_minute: int
    events_per_request: int = limits.EVENTS_PER_REQUEST
    records_per_request: int = limits.RECORDS_PER_REQUEST
    event_bytes: int = limits.EVENT_BYTES
    request_bytes: int = limits.REQUEST_BYTES
    oldest_event_seconds: int = limits.OLDEST_EVENT_SECONDS
    newest_event_seconds: int = limits.NEWEST_EVENT_SECONDS
    note_characters: int = limits.NOTE_CHARACTERS


class CatalogVersion(Struct, frozen=True):
    """Which catalog events are judged by."""

    digest: str
    version: str


class Flags(Struct, frozen=True):
    """What is on for the caller."""

    telemetry: bool
    psr: bool


class Config(Struct, frozen=True):
    """What a client needs to know before it sends."""

    limits: Limits
    catalog: CatalogVersion
    flags: Flags
