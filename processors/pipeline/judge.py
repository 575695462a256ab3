# SPDX-License-Identifier: Apache-2.0
"""The main path: each record of a batch, step by step, to a verdict.

No clock, no randomness, no I/O: what the steps need of the world is in the `Context`.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from processors.catalog.envelope import RECORD_UID, USER_ID
from processors.pipeline.checks import uuid
from processors.pipeline.encode import encode_record
from processors.pipeline.reasons import Reason
from processors.pipeline.records import Batch, Record
from processors.pipeline.verdicts import Accepted, Rejected, Rejection, Verdicts
from processors.pipeline.whitelist import AllowedEvent, Whitelist, check_attributes
from service_kit import limits

_NS = 1_000_000_000


class Context(Struct, frozen=True):
    """What a request brings besides its body.

    `may_stamp_user` is true for a service, which may name the user an event is about;
    `trace_id` and `span_id` are the request's own and serve events that carry none.
    """

    user_id: str
    session_id: str | None
    may_stamp_user: bool
    now_ns: int
    trace_id: str
    span_id: str
    new_uid: Callable[[], str]


def judge(batch: Batch, whitelist: Whitelist, context: Context) -> Verdicts:
    """Give every record its verdict; one bad record never condemns its batch."""
    accepted: list[Accepted] = []
    rejections: list[Rejection] = []
    dropped = batch.envelope_dropped
    for index, (origin, raw) in enumerate(batch.records):
        event: AllowedEvent | None = None
        try:
            check_size(len(raw))
            record = batch.decode(raw)
            event = check_event(record, whitelist)
            check_body(record)
            check_time(record, context.now_ns)
            attributes = check_attributes(record.attributes, event, whitelist)
            stamped = stamp_identity(record, attributes, context)
            uid = stamped[RECORD_UID]
            accepted.append(Accepted(event.name, uid, origin, encode_record(record, stamped)))
            dropped += record.dropped
        except Rejected as verdict:
            rejections.append(_rejection(index, event, verdict))
        except Exception:  # noqa: BLE001 - fail closed: what cannot be examined is not forwarded
            rejections.append(_rejection(index, event, Rejected(Reason.PROCESSING_FAILED)))
    return Verdicts(list(batch.origins), accepted, rejections, dropped, batch.client_dropped)


def check_size(size: int) -> None:
    """Refuse an event that is larger than the limit as it was received."""
    if size > limits.EVENT_BYTES:
        raise Rejected(Reason.EVENT_TOO_LARGE)


def check_event(record: Record, whitelist: Whitelist) -> AllowedEvent:
    """Find the event in the whitelist; refuse every other."""
    event = whitelist.events.get(record.event)
    if event is None:
        raise Rejected(Reason.EVENT_UNKNOWN)
    return event


def check_body(record: Record) -> None:
    """Refuse content: events carry catalogued attributes only."""
    if record.has_body:
        raise Rejected(Reason.BODY_NOT_ALLOWED)


def check_time(record: Record, now_ns: int) -> None:
    """Refuse an event without a readable time close enough to now.

    An OTLP record whose source gives no time has the one of its observation, as the log data
    model says.
    """
    if record.time_problem:
        raise Rejected(record.time_problem)
    record.time_ns = record.time_ns or record.observed_ns
    if not record.time_ns:
        raise Rejected(Reason.TIMESTAMP_MISSING)
    oldest = now_ns - limits.OLDEST_EVENT_SECONDS * _NS
    newest = now_ns + limits.NEWEST_EVENT_SECONDS * _NS
    if not oldest <= record.time_ns <= newest:
        raise Rejected(Reason.TIMESTAMP_OUT_OF_RANGE)
    record.observed_ns = record.observed_ns or now_ns


def stamp_identity(record: Record, attributes: dict[str, Any], context: Context) -> dict[str, Any]:
    """Say who the event is from: the session's word, not the client's (DESIGN, "Identity")."""
    user_id, session_id = context.user_id, context.session_id
    if record.user_id is not None:
        if context.may_stamp_user:
            user_id = uuid(record.user_id, "user_id")
        else:
            record.dropped += 1
    if session_id is not None:
        attributes["session.id"] = session_id
    if not record.trace_id:
        record.trace_id, record.span_id = context.trace_id, context.span_id
    uid = context.new_uid() if record.uid is None else uuid(record.uid, "id")
    return {RECORD_UID: uid, USER_ID: user_id, **attributes}


def _rejection(index: int, event: AllowedEvent | None, verdict: Rejected) -> Rejection:
    return Rejection(index, verdict.reason, event and event.name, verdict.attribute)
