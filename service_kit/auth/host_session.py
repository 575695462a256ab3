# SPDX-License-Identifier: Apache-2.0
"""Mode session: the host application says who is calling.

Its `/me` (AUTH_ME_URL) is asked with the caller's own cookie or bearer token and answers
`{"user_id": uuid, "session_id": text?, "roles": [...]?}`, or 401 where it does not know them.
"""

from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import msgspec
import requests
import structlog
from msgspec import Struct, structs
from urllib3.exceptions import HTTPError

from service_kit.auth.authenticator import Recognised
from service_kit.auth.caller import Caller, Credential, identify
from service_kit.problem import Unauthenticated, Unavailable
from service_kit.tracing import error_type, trace_headers

_TIMEOUT_SECONDS: Final = 2
_ANSWER_BYTES: Final = 64 * 1024

# 401 by any name: some hosts send strangers to a sign-in page, or hide `/me` from them.
_STRANGER: Final = frozenset({301, 302, 303, 307, 308, 401, 403, 404})

_log = structlog.get_logger()


class _Me(Struct):
    user_id: str
    session_id: str | None = None
    roles: list[str] = []


class HostSession:
    """Asks the host, passing on the one cookie that it names or the bearer token, nothing else."""

    def __init__(
        self, me_url: str, cookie_name: str, *, timeout_seconds: float = _TIMEOUT_SECONDS
    ) -> None:
        self._me_url = me_url
        self._cookie_name = cookie_name
        self._timeout_seconds = timeout_seconds
        self._http = requests.Session()
        # One caller's answer must not leave a cookie behind for the next, nor .netrc a password.
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._http.trust_env = False

    def find(self, credential: Credential) -> Recognised:
        """Ask `/me`; raises `Unauthenticated`, or `Unavailable` where it gives no answer."""
        try:
            status, body = self._ask(credential)
        except (requests.RequestException, HTTPError) as error:
            _log.warning("auth.host_unreachable", error=error_type(error))
            raise Unavailable from None
        if status == HTTPStatus.OK:
            return Recognised(_read(body, credential))
        if status in _STRANGER:
            raise Unauthenticated
        _log.warning("auth.host_failed", status=status)
        raise Unavailable

    def _ask(self, credential: Credential) -> tuple[int, bytes]:
        headers = {"Accept": "application/json"} | trace_headers() | self._proof(credential)
        with self._http.get(
            self._me_url,
            headers=headers,
            timeout=self._timeout_seconds,
            allow_redirects=False,
            stream=True,
        ) as answer:
            return answer.status_code, answer.raw.read(_ANSWER_BYTES, decode_content=True)

    def _proof(self, credential: Credential) -> dict[str, str]:
        if credential.is_cookie:
            return {"Cookie": f"{self._cookie_name}={credential.value}"}
        return {"Authorization": f"Bearer {credential.value}"}


def _read(body: bytes, credential: Credential) -> Caller:
    try:
        me = msgspec.json.decode(body, type=_Me)
        caller = identify(me.user_id, me.session_id, me.roles)
    except ValueError:  # msgspec's errors are ValueErrors too
        _log.error("auth.host_answer_unusable")
        raise Unavailable from None
    if caller.session_id and caller.session_id in credential.value:
        # A session's id travels with events; what opens the session must not.
        return structs.replace(caller, session_id=None)
    return caller
