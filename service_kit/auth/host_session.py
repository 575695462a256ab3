# SPDX-License-Identifier: Apache-2.0
"""Mode session: the host application says who is calling.

Its `/me` (AUTH_ME_URL) is asked with the caller's own cookie or bearer token and answers
`{"user_id": uuid or number, "session_id": text or number?, "roles": [...]?}`, or 401 or 403 where
it does not know them. Any other answer says nothing about the caller: a proxy, a deployment or a
sign-in page in front of `/me` must not sign everybody out.
"""

from http import HTTPStatus
from typing import Final

import msgspec
import structlog
from msgspec import Struct, structs

from service_kit.auth.authenticator import Recognised
from service_kit.auth.caller import Caller, Credential, identify
from service_kit.host import TIMEOUT_SECONDS, HostClient, HostUnreachable
from service_kit.http.problem import Unauthenticated, Unavailable

_ANSWER_BYTES: Final = 64 * 1024

_STRANGER: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

_log = structlog.get_logger()


class _Me(Struct):
    user_id: str | int
    session_id: str | int | None = None
    roles: list[str] | str | None = None


class HostSession:
    """Asks the host, passing on the one cookie that it names or the bearer token, nothing else."""

    def __init__(
        self, me_url: str, cookie_name: str, *, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._me_url = me_url
        self._host = HostClient(cookie_name, timeout_seconds=timeout_seconds)

    def find(self, credential: Credential) -> Recognised:
        """Ask `/me`; raises `Unauthenticated`, or `Unavailable` where it gives no answer."""
        try:
            status, body = self._host.get(self._me_url, credential, _ANSWER_BYTES)
        except HostUnreachable as error:
            _log.warning("auth.host_unreachable", error=error.reason)
            raise Unavailable from None
        if status == HTTPStatus.OK:
            return Recognised(_read(body, credential))
        if status in _STRANGER:
            raise Unauthenticated
        _log.warning("auth.host_failed", status=status)
        raise Unavailable


def _read(body: bytes, credential: Credential) -> Caller:
    try:
        me = msgspec.json.decode(body, type=_Me)
        caller = identify(me.user_id, me.session_id, me.roles)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors too
        _log.error("auth.host_answer_unusable")
        raise Unavailable from None
    if caller.session_id and caller.session_id in credential.value:
        # A session's id travels with events; what opens the session must not.
        return structs.replace(caller, session_id=None)
    return caller
