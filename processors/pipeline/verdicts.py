# SPDX-License-Identifier: Apache-2.0
"""What the pipeline says of each event: accepted with clean bytes, or rejected with a reason."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct


class Reason(StrEnum):
    """A stable code a rejected event is answered with; `explanation` says what to do about it."""

    explanation: str

    def __new__(cls, code: str, explanation: str) -> "Reason":
        reason = str.__new__(cls, code)
        reason._value_ = code
        reason.explanation = explanation
        return reason

    RECORD_MALFORMED = (
        "record_malformed",
        "The record is not a JSON object, or a field of it has a type that OTLP does not allow.",
    )
    EVENT_TOO_LARGE = ("event_too_large", "The event is larger than 4 KB as it was sent.")
    EVENT_UNKNOWN = ("event_unknown", "The event's name is absent or not in the catalog.")
    BODY_NOT_ALLOWED = (
        "body_not_allowed",
        "The event has a body. Content never travels; send catalogued attributes only.",
    )
    TIMESTAMP_MISSING = ("timestamp_missing", "The event does not say when it happened.")
    TIMESTAMP_INVALID = (
        "timestamp_invalid",
        "The timestamp is neither RFC 3339 with an offset nor a number of epoch milliseconds.",
    )
    TIMESTAMP_OUT_OF_RANGE = (
        "timestamp_out_of_range",
        "The event is more than 7 days old or more than 5 minutes in the future.",
    )
    ATTRIBUTE_NOT_ALLOWED = (
        "attribute_not_allowed",
        "The event carries an attribute that the catalog does not list for it.",
    )
    ATTRIBUTES_TOO_MANY = (
        "attributes_too_many",
        "The event carries more than 128 attributes.",
    )
    ATTRIBUTE_DUPLICATE = ("attribute_duplicate", "The event carries one attribute twice.")
    ATTRIBUTE_MISSING = ("attribute_missing", "An attribute that the catalog requires is absent.")
    ATTRIBUTE_TYPE = ("attribute_type", "An attribute's value has another type than the catalog's.")
    ATTRIBUTE_VALUE = (
        "attribute_value",
        "An attribute's value is outside the catalog's list, range, pattern or length.",
    )
    PII_DETECTED = (
        "pii_detected",
        "A free-form value looks like personal data or a credential.",
    )
    PROCESSING_FAILED = (
        "processing_failed",
        "The processor could not examine the event, and what is not examined is not forwarded.",
    )


class Rejected(Exception):
    """Leaves a check: this event is not admitted.

    `attribute` is a name out of the catalog or None, never a received key.
    """

    def __init__(self, reason: Reason, attribute: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.attribute = attribute


class Rejection(Struct, frozen=True, omit_defaults=True):
    """One rejected event of a request, by its position, without anything it contained."""

    index: int
    reason: Reason
    event: str | None = None
    attribute: str | None = None


class Accepted(Struct, frozen=True, gc=False):
    """One admitted event: its catalog name, its id, where it came from and its clean record.

    `record` is an OTLP/JSON LogRecord; `origin` is the position in `Verdicts.origins`.
    """

    event: str
    uid: str
    origin: int
    record: str


class Verdicts(Struct, frozen=True):
    """The whole answer of the pipeline to one request, in the order of its records.

    `origins` are OTLP/JSON ResourceLogs heads, each open for its records;
    `envelope_dropped` counts envelope fields that were left out, `client_dropped` the events
    that the client says it lost itself.
    """

    origins: Sequence[str]
    accepted: list[Accepted]
    rejections: list[Rejection]
    envelope_dropped: int
    client_dropped: int

    @property
    def received(self) -> int:
        """How many events the request carried."""
        return len(self.accepted) + len(self.rejections)

    def accepted_by_event(self) -> Counter[str]:
        """Count the accepted by catalog event."""
        return Counter(accepted.event for accepted in self.accepted)

    def rejected_by_reason(self) -> Counter[tuple[str, str]]:
        """Count the rejections by (catalog event or "", reason)."""
        return Counter((r.event or "", r.reason.value) for r in self.rejections)
