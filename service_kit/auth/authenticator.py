# SPDX-License-Identifier: Apache-2.0
"""What every way of recognising callers offers, and the memory that makes it fast."""

import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Final, NamedTuple, Protocol

from cachetools import TLRUCache

from service_kit.auth.caller import Caller, Credential
from service_kit.http.problem import Problem, Unauthenticated, Unavailable

_MOST_REMEMBERED: Final = 10_000
_REFUSAL_SECONDS: Final = 5  # short: a caller who has just signed in must not wait
_UNAVAILABLE_SECONDS: Final = 2  # as long as the host is given for its answer


class Authenticator(Protocol):
    """Recognises callers by their credentials."""

    def recall(self, credential: Credential) -> Caller | None:
        """Return a caller without blocking, or None where `verify` has to find out.

        Raises `Unauthenticated` where a refusal is known already, `Unavailable` where it was
        just now that nobody could tell.
        """

    def verify(self, credential: Credential) -> Caller:
        """Return who is calling; may block for as long as a network call takes.

        Raises `Unauthenticated`, or `Unavailable` where that cannot be found out right now.
        """


class Recognised(NamedTuple):
    """A `caller`, and for how many `seconds` from now their credential is good."""

    caller: Caller
    seconds: float = float("inf")


class _Answer(NamedTuple):
    """What was said of a credential, and the number of the question that it answers."""

    question: int
    said: Recognised | type[Problem]


_Memory = TLRUCache[bytes, _Answer]


class Remembering:
    """An authenticator that asks `find` once for each credential and remembers the answer.

    `find` raises `Unauthenticated` or `Unavailable`; refusals are remembered for five seconds,
    `Unavailable` for two. An answer never replaces that to a later question.
    Only a fingerprint of the credential is kept; at most 10,000 of callers, and as many of others:
    apart, so that strangers cannot make it forget a caller.
    """

    def __init__(
        self,
        find: Callable[[Credential], Recognised],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find = find
        self._seconds = seconds
        self._lock = threading.Lock()
        self._questions = count()
        self._callers: _Memory = TLRUCache(_MOST_REMEMBERED, self._until, clock)
        self._strangers: _Memory = TLRUCache(_MOST_REMEMBERED, self._until, clock)

    def _until(self, _: bytes, answer: _Answer, now: float) -> float:
        if isinstance(answer.said, Recognised):
            return now + min(self._seconds, answer.said.seconds)
        is_refusal = answer.said is Unauthenticated
        return now + (_REFUSAL_SECONDS if is_refusal else _UNAVAILABLE_SECONDS)

    def recall(self, credential: Credential) -> Caller | None:
        """Look the credential up."""
        with self._lock:
            known = self._latest(credential.fingerprint())
        return _caller(known.said) if known else None

    def verify(self, credential: Credential) -> Caller:
        """Ask, and remember what was said."""
        question = next(self._questions)
        return _caller(self._remember(credential, _Answer(question, self._ask(credential))))

    def _ask(self, credential: Credential) -> Recognised | type[Problem]:
        try:
            return self._find(credential)
        except (Unauthenticated, Unavailable) as refusal:
            return type(refusal)

    def _remember(self, credential: Credential, answer: _Answer) -> Recognised | type[Problem]:
        """Keep an answer unless a later one is there already; return the one that holds."""
        key = credential.fingerprint()
        with self._lock:
            known = self._latest(key)
            if known is None or known.question < answer.question:
                self._replace(key, answer)
                known = answer
        return known.said

    def _latest(self, key: bytes) -> _Answer | None:
        return self._callers.get(key) or self._strangers.get(key)

    def _replace(self, key: bytes, answer: _Answer) -> None:
        is_caller = isinstance(answer.said, Recognised)
        memory, other = self._callers, self._strangers
        if not is_caller:
            memory, other = other, memory
        other.pop(key, None)
        memory[key] = answer


def _caller(said: Recognised | type[Problem]) -> Caller:
    if isinstance(said, Recognised):
        return said.caller
    raise said
