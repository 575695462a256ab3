# SPDX-License-Identifier: Apache-2.0
"""The main path: each record of a batch, step by step, to a verdict.

No clock, no randomness, no I/O: what the steps need of the world is in the `Context`.
"""

from collections.abc import Mapping

from msgspec import Struct

from processors import limits
from processors.catalog.model import USER_ID
from processors.pipeline.encode import encode_record
from processors.pipeline.identity import Identity
from processors.pipeline.records import UNREADABLE_TIME, AnyValue, Batch, LogRecord
from processors.pipeline.verdicts import Accepted, Reason, Rejected, Rejection, Verdicts
from processors.pipeline.whitelist import AllowedEvent, Whitelist, check_attributes, event_name

_NS = 1_000_000_000


class Context(Struct, frozen=True):
    """What a request brings besides its body.

    `now_ns` is when it came, in nanoseconds since 1970; `identity` from whom; `correction_ns` is
    what has to be added to its times, because the client's clock is off.
    """

    now_ns: int
    identity: Identity
    correction_ns: int = 0


def judge(batch: Batch, whitelist: Whitelist, context: Context) -> Verdicts:
    """Return the verdict of every record; one bad record never condemns its batch."""
    accepted: list[Accepted] = []
    rejections: list[Rejection] = []
    identity, dropped = context.identity, batch.envelope_dropped
    clients_now_ns = context.now_ns - context.correction_ns
    for index, (origin, raw) in enumerate(batch.records):
        event: AllowedEvent | None = None
        try:
            check_size(raw)
            record = batch.decode(raw)
            event = check_event(record, whitelist)
            check_body(record)
            check_time(record, clients_now_ns)
            attributes, claims = check_attributes(record.attributes or (), event, whitelist)
            stamp_time(record, context)
            uid = identity.stamp(record, attributes, claims)
            encoded = encode_record(record, event.name, attributes.values())
            accepted.append(Accepted(event.name, uid, origin, encoded))
            dropped += left_out(record, claims)
        except Rejected as verdict:
            rejections.append(_rejection(index, event, verdict))
        except Exception:  # noqa: BLE001 - fail closed: what cannot be examined is not forwarded
            rejections.append(_rejection(index, event, Rejected(Reason.PROCESSING_FAILED)))
    return Verdicts(batch.origins, accepted, rejections, dropped, batch.client_dropped)


def check_size(raw: bytes) -> None:
    """Refuse an event that is larger than the limit as it was received."""
    if len(raw) > limits.EVENT_BYTES:
        raise Rejected(Reason.EVENT_TOO_LARGE)


def check_event(record: LogRecord, whitelist: Whitelist) -> AllowedEvent:
    """Find the event in the whitelist; refuse every other."""
    event = whitelist.events.get(record.eventName or event_name(record.attributes or ()))
    if event is None:
        raise Rejected(Reason.EVENT_UNKNOWN)
    return event


def check_body(record: LogRecord) -> None:
    """Refuse content; SDKs send an empty value or an empty string where there is no body."""
    if record.body is not None and record.body not in ({}, {"stringValue": ""}):
        raise Rejected(Reason.BODY_NOT_ALLOWED)


def check_time(record: LogRecord, now_ns: int) -> None:
    """Refuse an event without a readable time close enough to now.

    An OTLP record whose source gives no time has that of its observation, as the log data
    model says.
    """
    time_ns = record.timeUnixNano or record.observedTimeUnixNano or 0
    if not now_ns - _OLDEST_NS <= time_ns <= now_ns + _NEWEST_NS:
        raise Rejected(_TIME_PROBLEMS.get(time_ns, Reason.TIMESTAMP_OUT_OF_RANGE))


def stamp_time(record: LogRecord, context: Context) -> None:
    """Set what a checked record leaves open of its times, and correct them."""
    if not record.timeUnixNano:
        record.timeUnixNano = record.observedTimeUnixNano
    if not record.observedTimeUnixNano:
        record.observedTimeUnixNano = context.now_ns - context.correction_ns
    if context.correction_ns:
        record.timeUnixNano = (record.timeUnixNano or 0) + context.correction_ns
        record.observedTimeUnixNano += context.correction_ns


_OLDEST_NS = limits.OLDEST_EVENT_SECONDS * _NS
_NEWEST_NS = limits.NEWEST_EVENT_SECONDS * _NS
_TIME_PROBLEMS = {0: Reason.TIMESTAMP_MISSING, UNREADABLE_TIME: Reason.TIMESTAMP_INVALID}


def left_out(record: LogRecord, claims: Mapping[str, AnyValue]) -> int:
    """Count the envelope fields of an accepted record that are not forwarded."""
    return bool(record.severityText) + (USER_ID in claims)


def _rejection(index: int, event: AllowedEvent | None, verdict: Rejected) -> Rejection:
    return Rejection(index, verdict.reason, event.name if event else None, verdict.attribute)
