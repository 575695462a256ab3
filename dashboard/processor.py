# SPDX-License-Identifier: Apache-2.0
"""Asks the processor for its ledger, as the caller: it decides itself who may see it."""

from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import msgspec
import requests
import structlog
from falcon import Request
from msgspec import Struct
from urllib3.exceptions import HTTPError

from service_kit.problem import Forbidden, Unavailable
from service_kit.tracing import error_type, trace_headers

PATH: Final = "/telemetry/ledger"

_TIMEOUT_SECONDS: Final = 2
_ANSWER_BYTES: Final = 1024 * 1024
_REFUSALS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

_log = structlog.get_logger()


class Rejections(Struct, frozen=True):
    """How many events were rejected for one reason; `event` is "" where it is not catalogued."""

    event: str
    reason: str
    count: int


class Sink(Struct, frozen=True):
    """One sink's column of the ledger, in events."""

    name: str
    in_use: bool
    accepted: int
    delivered: int
    pending: int
    expired: int
    undeliverable: int
    lost: int


class Ledger(Struct, frozen=True):
    """The processor's ledger since its outbox was made, in events, as it answers with it."""

    received: int
    accepted: dict[str, int]
    duplicate: int
    rejected: list[Rejections]
    client_dropped: int
    envelope_dropped: int
    sinks: list[Sink]
    lost: int
    balanced: bool


class Processor:
    """The processor at TELESIFT_PROCESSOR_URL.

    `is_cookie_token` says that a cookie holds what could as well be a bearer token.
    """

    def __init__(self, url: str, cookie_name: str, *, is_cookie_token: bool) -> None:
        self._url = url.rstrip("/") + PATH
        self._cookie_name = cookie_name
        self._is_cookie_token = is_cookie_token
        self._http = requests.Session()
        # One caller's answer must not leave a cookie behind for the next, nor .netrc a password.
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._http.trust_env = False

    def ledger(self, req: Request) -> Ledger:
        """Fetch the ledger; raises `Forbidden`, or `Unavailable` without a usable answer."""
        try:
            status, body = self._ask(req)
        except (requests.RequestException, HTTPError) as error:
            raise _unavailable(error_type(error)) from None
        if status in _REFUSALS:
            raise Forbidden("The processor does not show you its ledger.")
        if status != HTTPStatus.OK:
            raise _unavailable(f"status_{status}")
        try:
            return msgspec.json.decode(body, type=Ledger)
        except msgspec.MsgspecError as error:
            raise _unavailable(error_type(error)) from None

    def _ask(self, req: Request) -> tuple[int, bytes]:
        headers = {"Accept": "application/json"} | trace_headers() | self._proof(req)
        with self._http.get(
            self._url, headers=headers, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True
        ) as answer:
            return answer.status_code, answer.raw.read(_ANSWER_BYTES, decode_content=True)

    def _proof(self, req: Request) -> dict[str, str]:
        """Pass on what the caller proved themselves with, as the auth middleware chose it."""
        authorization = req.get_header("Authorization") or ""
        if authorization.lower().startswith("bearer "):
            return {"Authorization": authorization}
        (cookie, *_) = req.get_cookie_values(self._cookie_name) or [""]
        if self._is_cookie_token:  # whose cookie's name is ours, not the processor's
            return {"Authorization": f"Bearer {cookie}"}
        return {"Cookie": f"{self._cookie_name}={cookie}"}


def _unavailable(reason: str) -> Unavailable:
    _log.warning("dashboard.no_ledger", reason=reason)
    return Unavailable("The processor does not answer.")
