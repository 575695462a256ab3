# SPDX-License-Identifier: Apache-2.0
"""Why an event was rejected: one closed list of stable codes.

A code and, where it is a catalog name, an attribute are all that a caller, a log line or the
ledger ever learns about a rejected event.
"""

from enum import StrEnum


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
    EVENT_TOO_LARGE = ("event_too_large", "The event is larger than 4 KB as JSON.")
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
