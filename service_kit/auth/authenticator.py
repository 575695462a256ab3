# SPDX-License-Identifier: Apache-2.0
"""What every way of recognising callers offers, and the memory that makes it fast."""

import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from cachetools import TLRUCache

from service_kit.auth.caller import Caller, Credential
from service_kit.http.problem import Unauthenticated

_MOST_REMEMBERED: Final = 10_000
_REFUSAL_SECONDS: Final = 5  # short: a caller who has just signed in must not wait


class Authenticator(Protocol):
    """Recognises callers by their credentials."""

    def recall(self, credential: Credential) -> Caller | None:
        """Return a caller without blocking, or None where `verify` has to find out.

        Raises `Unauthenticated` where a refusal is known already.
        """

    def verify(self, credential: Credential) -> Caller:
        """Return who is calling; may block for as long as a network call takes.

        Raises `Unauthenticated`, or `Unavailable` where that cannot be found out right now.
        """


class Recognised(NamedTuple):
    """A `caller`, and when their credential `expires`, in seconds since the epoch."""

    caller: Caller
    expires: float = float("inf")


class Remembering:
    """An authenticator that asks `find` once for each credential and remembers the answer.

    `find` raises `Unauthenticated` or `Unavailable`; refusals are remembered for five seconds.
    Only a fingerprint of the credential is kept, and at most 10,000 of them.
    """

    def __init__(
        self,
        find: Callable[[Credential], Recognised],
        seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._find = find
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: TLRUCache[bytes, Recognised | None] = TLRUCache(
            _MOST_REMEMBERED, self._until, clock
        )

    def _until(self, _: bytes, known: Recognised | None, now: float) -> float:
        return min(now + self._seconds, known.expires) if known else now + _REFUSAL_SECONDS

    def recall(self, credential: Credential) -> Caller | None:
        """Look the credential up."""
        key = credential.fingerprint()
        with self._lock:
            if key not in self._known:
                return None
            known = self._known[key]
        if known is None:
            raise Unauthenticated
        return known.caller

    def verify(self, credential: Credential) -> Caller:
        """Ask, and remember what was said."""
        try:
            known = self._find(credential)
        except Unauthenticated:
            self._remember(credential, None)
            raise
        self._remember(credential, known)
        return known.caller

    def _remember(self, credential: Credential, known: Recognised | None) -> None:
        with self._lock:
            self._known[credential.fingerprint()] = known
