# SPDX-License-Identifier: Apache-2.0
"""Who an event is from: the session's word, not the client's.

Source: DESIGN section 2, "Identity".
"""

from collections.abc import Callable, Mapping
from json.encoder import encode_basestring_ascii as quote

from processors.catalog.model import RECORD_UID, SESSION_ID, USER_ID
from processors.pipeline.checks import uuid
from processors.pipeline.encode import key_value
from processors.pipeline.records import AnyValue, LogRecord
from processors.pipeline.verdicts import Reason, Rejected

_BEFORE_UID, _AFTER_UID = key_value(RECORD_UID, "stringValue")


class Identity:
    """The caller of one request, and the request's trace, to be stamped on its events.

    A service may name the user that an event is about; `trace_id` and `span_id` serve events
    that carry none; `new_uid` makes an id for an event that has none.
    """

    def __init__(  # noqa: PLR0913 - all of them together are the identity
        self,
        user_id: str,
        session_id: str | None,
        *,
        is_service: bool,
        trace_id: str,
        span_id: str,
        new_uid: Callable[[], str],
    ) -> None:
        self._user_id = _string(USER_ID, user_id)
        self._session_id = None if session_id is None else _string(SESSION_ID, session_id)
        self._is_service = is_service
        self._trace_id, self._span_id = trace_id, span_id
        self._new_uid = new_uid

    def stamp(
        self, record: LogRecord, attributes: dict[str, str], claims: Mapping[str, AnyValue]
    ) -> str:
        """Add user, session and ids to an event; give its id.

        Raises `Rejected` for ids that are none.
        """
        uid = uuid(claims[RECORD_UID], "id") if RECORD_UID in claims else self._new_uid()
        attributes[RECORD_UID] = _BEFORE_UID + uid + _AFTER_UID
        attributes[USER_ID] = self._user_id
        if USER_ID in claims and self._is_service:
            attributes[USER_ID] = _string(USER_ID, uuid(claims[USER_ID], "user_id"))
        if self._session_id is not None:
            attributes[SESSION_ID] = self._session_id
        trace_id = _hex_id(record.traceId, 32) if record.traceId else ""
        if trace_id:
            record.traceId, record.spanId = trace_id, _hex_id(record.spanId or "", 16)
        else:
            record.traceId, record.spanId = self._trace_id, self._span_id
        return uid


def _string(key: str, value: str) -> str:
    before, after = key_value(key, "stringValue")
    return before + quote(value)[1:-1] + after


def _hex_id(value: str, digits: int) -> str:
    """Return a trace or span id in lower case, "" where it is absent or all zeros."""
    if not value:
        return ""
    try:
        given = bytes.fromhex(value)
    except ValueError:
        raise Rejected(Reason.RECORD_MALFORMED) from None
    if not len(value) == digits == 2 * len(given):  # it skips spaces
        raise Rejected(Reason.RECORD_MALFORMED)
    return given.hex() if any(given) else ""
