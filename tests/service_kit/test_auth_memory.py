# SPDX-License-Identifier: Apache-2.0
"""The memory of who is calling: how long, how safe, how many."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from inspect import signature

import pytest

from service_kit.auth import Caller, Credential, Role
from service_kit.auth.authenticator import Recognised, Remembering
from service_kit.http.problem import Unauthenticated, Unavailable
from tests.service_kit.apps import USER

CALLER = Caller(USER, None, frozenset({Role.USER}))


class Book:
    """Answers from a list, counts how often it is asked, and has a clock that is set by hand."""

    def __init__(self, *known: str, expires: float = float("inf")) -> None:
        self.known = set(known)
        self.expires = expires
        self.asked = 0
        self.now = 1000.0
        self.trouble: type[Unavailable] | None = None
        self.meanwhile: Callable[[], None] | None = None
        self.memory = Remembering(self.find, 30, clock=lambda: self.now)

    def find(self, credential: Credential) -> Recognised:
        self.asked += 1
        if self.trouble:
            raise self.trouble
        if self.meanwhile:
            self.meanwhile()
        if credential.value not in self.known:
            raise Unauthenticated
        return Recognised(CALLER, self.expires - self.now)

    def look_up(self, value: str) -> Caller | None:
        credential = Credential(False, value)
        try:
            return self.memory.recall(credential) or self.memory.verify(credential)
        except Unauthenticated:
            return None


def test_a_caller_is_remembered_for_a_while() -> None:
    """Asked once, then known for the configured time, then asked again."""
    book = Book("a")
    assert [CALLER] * 3 == [book.look_up("a") for _ in range(3)]
    assert 1 == book.asked
    book.now += 29.9
    assert (CALLER, 1) == (book.look_up("a"), book.asked)
    book.now += 0.2
    assert (CALLER, 2) == (book.look_up("a"), book.asked)


def test_a_signed_out_caller_is_refused_once_the_memory_ends() -> None:
    """AUTH_CACHE_SECONDS bounds how late a sign-out counts."""
    book = Book("a")
    book.look_up("a")
    book.known.clear()
    book.now += 31
    assert book.look_up("a") is None


def test_a_refusal_is_remembered_briefly() -> None:
    """A flood with one bad token is not passed on; a fresh sign-in counts within seconds."""
    book = Book()
    assert [None] * 3 == [book.look_up("a") for _ in range(3)]
    assert 1 == book.asked
    book.known.add("a")
    book.now += 5.1
    assert CALLER == book.look_up("a")


def test_that_nobody_can_tell_is_remembered_for_two_seconds() -> None:
    """A host in trouble is not asked by each request, and counts again soon after."""
    book = Book("a")
    book.trouble = Unavailable
    for _ in range(3):
        with pytest.raises(Unavailable):
            book.look_up("a")
    assert 1 == book.asked
    book.trouble = None
    book.now += 2.1
    assert CALLER == book.look_up("a")


def test_a_late_yes_does_not_overrule_a_newer_refusal() -> None:
    """Asked before the sign-out, answered after it: the later question's answer holds."""
    book = Book("a")

    def sign_out_meanwhile() -> None:
        book.meanwhile = None
        book.known.clear()
        assert book.look_up("a") is None
        book.known.add("a")

    book.meanwhile = sign_out_meanwhile
    assert [None, None] == [book.look_up("a"), book.look_up("a")]
    assert 2 == book.asked


def test_a_memory_ends_with_the_token() -> None:
    """A token's own end comes before the memory's."""
    book = Book("a", expires=1010)
    book.look_up("a")
    book.now = 1009.9
    assert (CALLER, 1) == (book.look_up("a"), book.asked)
    book.now = 1010.1
    assert (CALLER, 2) == (book.look_up("a"), book.asked)


def test_a_cookie_is_not_a_bearer_token() -> None:
    """What was verified as one does not pass as the other, which has other rules."""
    book = Book("a")
    book.look_up("a")
    assert book.memory.recall(Credential(True, "a")) is None


def test_the_memory_keeps_no_credentials() -> None:
    """A dump of the process's cache shows fingerprints."""
    book = Book("canary-token")
    book.look_up("canary-token")
    assert "canary" not in repr(vars(book.memory))


def test_the_memory_serves_many_threads() -> None:
    """Sixteen threads, more credentials than the memory holds: the right answer for each."""
    book = Book(*(str(number) for number in range(0, 12_000, 2)))

    def look_up(number: int) -> bool:
        return (book.look_up(str(number % 12_000)) is CALLER) is (number % 2 == 0)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(look_up, range(24_000), chunksize=500))


def test_strangers_do_not_flush_the_memory_of_callers() -> None:
    """10,050 made-up tokens later, a known caller is still known."""
    book = Book("a")
    book.look_up("a")
    for number in range(10_050):
        assert book.look_up(f"made-up-{number}") is None
    assert (CALLER, 10_051) == (book.look_up("a"), book.asked)


def test_a_sign_out_replaces_what_was_known() -> None:
    """An answer counts for its credential, in whichever memory the one before was."""
    book = Book("a")
    book.look_up("a")
    book.known.clear()
    with pytest.raises(Unauthenticated):
        book.memory.verify(Credential(False, "a"))
    assert book.look_up("a") is None
    book.known.add("a")
    book.memory.verify(Credential(False, "a"))
    assert CALLER == book.look_up("a")


def test_the_memory_follows_no_jump_of_the_clock() -> None:
    """The wall clock may be set: nothing is forgotten, and nothing outlives its time."""
    assert time.monotonic is signature(Remembering).parameters["clock"].default
