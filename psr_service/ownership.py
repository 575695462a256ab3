# SPDX-License-Identifier: Apache-2.0
"""Asks the host application whether a prompt is the caller's to rate (PROMPT_LOOKUP_URL).

Ratings have no foreign keys: prompts live in the host's database. This check stands in for them.
"""

import threading
from http.cookiejar import DefaultCookiePolicy
from typing import Final
from uuid import UUID

import requests
import structlog
from cachetools import TLRUCache
from falcon import Request

from service_kit.problem import Forbidden, Unavailable
from service_kit.tracing import error_type, trace_headers

_TIMEOUT_SECONDS: Final = 2
_MOST_REMEMBERED: Final = 10_000
_YES_SECONDS: Final = 60
_NO_SECONDS: Final = 5  # short: a prompt may have been created just now
_NOT_THEIRS: Final = frozenset({401, 403, 404, 410})

_log = structlog.get_logger()
_Key = tuple[str, UUID]


def _until(_: _Key, theirs: bool, now: float) -> float:
    return now + (_YES_SECONDS if theirs else _NO_SECONDS)


class Ownership:
    """Remembers for a minute what the host said of a caller and a prompt.

    Without a URL every prompt may be rated.
    """

    def __init__(self, url_template: str | None, cookie_name: str) -> None:
        self._url_template = url_template
        self._cookie_name = cookie_name
        self._lock = threading.Lock()
        self._known: TLRUCache[_Key, bool] = TLRUCache(_MOST_REMEMBERED, _until)
        self._http = requests.Session()
        # One caller's answer must not leave a cookie behind for the next, nor .netrc a password.
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._http.trust_env = False

    def check(self, req: Request, prompt_id: UUID) -> None:
        """Raise `Forbidden` unless the prompt is the caller's, `Unavailable` if nobody can tell."""
        if self._url_template is None:
            return
        key = (req.context.caller.user_id, prompt_id)
        with self._lock:
            theirs = self._known.get(key)
        if theirs is None:
            theirs = self._ask(self._url_template.replace("{prompt_id}", str(prompt_id)), req)
            with self._lock:
                self._known[key] = theirs
        if not theirs:
            raise Forbidden("There is no such prompt of yours.", code="prompt_not_found")

    def _ask(self, url: str, req: Request) -> bool:
        headers = {"Accept": "application/json"} | trace_headers() | self._proof(req)
        try:
            # the status is all that counts: the prompt itself is none of our business
            with self._http.get(
                url, headers=headers, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True
            ) as answer:
                status = answer.status_code
        except requests.RequestException as error:
            _log.warning("psr.host_unreachable", error=error_type(error))
            raise Unavailable from None
        if status in _NOT_THEIRS:
            return False
        if status >= 300:
            _log.warning("psr.host_failed", status=status)
            raise Unavailable
        return True

    def _proof(self, req: Request) -> dict[str, str]:
        """Pass on what the caller proved themselves with, as the auth middleware chose it."""
        authorization = req.get_header("Authorization") or ""
        if authorization.lower().startswith("bearer "):
            return {"Authorization": authorization}
        (cookie, *_) = req.get_cookie_values(self._cookie_name) or [""]
        return {"Cookie": f"{self._cookie_name}={cookie}"}
