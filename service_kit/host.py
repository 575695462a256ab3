# SPDX-License-Identifier: Apache-2.0
"""Requests to another service on behalf of a caller, with the caller's own credential."""

from http.cookiejar import DefaultCookiePolicy
from typing import Final, NamedTuple

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from service_kit.auth.caller import Credential
from service_kit.outbound import OutboundSession
from service_kit.telemetry import error_type, trace_headers

TIMEOUT_SECONDS: Final = 2

CONNECTIONS: Final = 16
"""Kept open to one service; whoever asks on more threads opens and closes theirs."""


class HostUnreachable(Exception):
    """No answer came; `reason` is the type of what went wrong, never its message."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.reason = error_type(error)


class HostAnswer(NamedTuple):
    """An answer: its HTTP `status`, and the beginning of its `body` as it was received."""

    status: int
    body: bytes


class HostClient:
    """Sends GET requests with the caller's credential and the current trace, and nothing else.

    `cookie_name` is under which name the other service knows a session's cookie; None where it
    knows none, and a cookie's value is passed on as the bearer token that it is.
    """

    def __init__(
        self, cookie_name: str | None, *, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._cookie_name = cookie_name
        self._timeout_seconds = timeout_seconds
        self._http = OutboundSession()
        # One caller's answer must not leave a cookie behind for the next.
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))

    def get(self, url: str, credential: Credential, most_bytes: int = 0) -> HostAnswer:
        """Ask; return the status and at most `most_bytes` of the body, following no redirect.

        Raises `HostUnreachable`.
        """
        headers = {"Accept": "application/json"} | trace_headers() | self._proof(credential)
        try:
            with self._http.get(
                url,
                headers=headers,
                timeout=self._timeout_seconds,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = answer.raw.read(most_bytes, decode_content=True) if most_bytes else b""
                return HostAnswer(answer.status_code, body)
        except (requests.RequestException, HTTPError) as error:
            raise HostUnreachable(error) from None

    def _proof(self, credential: Credential) -> dict[str, str]:
        if credential.is_cookie and self._cookie_name is not None:
            return {"Cookie": _cookies(self._cookie_name, credential)}
        return {"Authorization": f"Bearer {credential.value}"}


def _cookies(name: str, credential: Credential) -> str:
    """Return the cookies as they came: a host that splits them looks for them by these names."""
    if not credential.chunks:
        return f"{name}={credential.value}"
    return "; ".join(f"{name}.{number}={chunk}" for number, chunk in enumerate(credential.chunks))
