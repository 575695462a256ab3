# SPDX-License-Identifier: Apache-2.0
"""The plain batch of `POST /telemetry/events`: `{"events": [{event, ts, ...attributes}]}`."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

from processors.pipeline.envelope import EMPTY_HEAD
from processors.pipeline.reasons import Reason
from processors.pipeline.records import COMPLEX, Batch, MalformedRequest, Record
from processors.pipeline.verdicts import Rejected

_NS_PER_MS = 1_000_000
_LATEST_MS = 1 << 53  # the largest integer that JavaScript counts exactly


_EPOCH = datetime.fromtimestamp(0, UTC)


class _Events(Struct):
    events: list[Raw]


_decode_events = msgspec.json.Decoder(_Events).decode
_decode_event = msgspec.json.Decoder(dict[str, Any]).decode
_Timestamp = Annotated[datetime, Meta(tz=True)]


def read_plain(body: bytes) -> Batch:
    """Open a plain batch, leaving each event encoded; other keys beside `events` are ignored.

    Raises `MalformedRequest` when the body is no object with a list of events.
    """
    try:
        events = _decode_events(body).events
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise MalformedRequest from None
    return Batch([EMPTY_HEAD], [(0, raw) for raw in events], _record)


def _record(raw: Raw) -> Record:
    try:
        event = _decode_event(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise Rejected(Reason.RECORD_MALFORMED) from None
    name = event.pop("event", "")
    time = _nanoseconds(event.pop("ts", None))
    return Record(
        event=name if isinstance(name, str) else "",
        time_ns=0 if isinstance(time, Reason) else time,
        time_problem=time if isinstance(time, Reason) else None,
        observed_ns=0,
        uid=event.pop("id", None),
        user_id=event.pop("user_id", None),
        attributes=[(key, _scalar(value)) for key, value in event.items()],
    )


def _scalar(value: Any) -> Any:
    return COMPLEX if value is None or isinstance(value, list | dict) else value


def _nanoseconds(ts: Any) -> int | Reason:
    """Read RFC 3339 or epoch milliseconds, or say what is wrong with it."""
    if ts is None:
        return Reason.TIMESTAMP_MISSING
    if isinstance(ts, str):
        return _from_rfc3339(ts)
    if isinstance(ts, int | float) and not isinstance(ts, bool):
        return int(ts * _NS_PER_MS) if 0 < ts <= _LATEST_MS else Reason.TIMESTAMP_OUT_OF_RANGE
    return Reason.TIMESTAMP_INVALID


def _from_rfc3339(ts: str) -> int | Reason:
    try:
        moment = msgspec.convert(ts, _Timestamp)
    except (msgspec.ValidationError, OverflowError):
        return Reason.TIMESTAMP_INVALID
    since_epoch = (moment - _EPOCH) // timedelta(microseconds=1)
    return since_epoch * 1000 if since_epoch > 0 else Reason.TIMESTAMP_OUT_OF_RANGE
