# SPDX-License-Identifier: Apache-2.0
"""Asks the host application whether a prompt is the caller's to rate (PROMPT_LOOKUP_URL).

Ratings have no foreign keys: prompts live in the host's database. This check stands in for them.
"""

import threading
from http import HTTPStatus
from typing import Final
from uuid import UUID

import structlog
from cachetools import TLRUCache
from falcon import Request

from service_kit.auth import Credential
from service_kit.host import HostClient, HostUnreachable
from service_kit.http.problem import Forbidden, Unavailable

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
        self._lock = threading.Lock()
        self._known: TLRUCache[_Key, bool] = TLRUCache(_MOST_REMEMBERED, _until)
        self._host = HostClient(cookie_name)

    def check(self, req: Request, prompt_id: UUID) -> None:
        """Raise `Forbidden` unless the prompt is the caller's, `Unavailable` without an answer."""
        if self._url_template is None:
            return
        key = (req.context.caller.user_id, prompt_id)
        with self._lock:
            theirs = self._known.get(key)
        if theirs is None:
            theirs = self._ask(
                self._url_template.replace("{prompt_id}", str(prompt_id)), req.context.credential
            )
            with self._lock:
                self._known[key] = theirs
        if not theirs:
            raise Forbidden("There is no such prompt of yours.", code="prompt_not_found")

    def _ask(self, url: str, credential: Credential) -> bool:
        try:
            # the status is all that counts: the prompt itself must not be read
            status, _ = self._host.get(url, credential)
        except HostUnreachable as error:
            _log.warning("psr.host_unreachable", error=error.reason)
            raise Unavailable from None
        if status in _NOT_THEIRS:
            return False
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            _log.warning("psr.host_failed", status=status)
            raise Unavailable
        return True
