# SPDX-License-Identifier: Apache-2.0
"""Questions about callers: off the loop, one per credential, and bounded."""

import asyncio
import threading

import pytest

from service_kit.auth import Caller, Credential, Role
from service_kit.auth.verification import Verification
from service_kit.http.problem import Unauthenticated, Unavailable
from tests.service_kit.apps import USER

CALLER = Caller(USER, None, frozenset({Role.USER}))


class Host:
    """Answers once it is let, and counts how often it is asked."""

    def __init__(self, refusal: type[Unauthenticated] | None = None) -> None:
        self.refusal = refusal
        self.asked = 0
        self.may_answer = threading.Event()

    def recall(self, credential: Credential) -> Caller | None:
        return None

    def verify(self, credential: Credential) -> Caller:
        self.asked += 1
        assert self.may_answer.wait(10)
        if self.refusal:
            raise self.refusal
        return CALLER


async def ask(verification: Verification, *values: str) -> list[asyncio.Task[Caller]]:
    """Begin to ask for each of these tokens."""
    asked = [asyncio.create_task(verification.verify(Credential(False, one))) for one in values]
    await asyncio.sleep(0.05)
    return asked


def test_fifty_requests_with_one_credential_ask_once() -> None:
    """All of them wait for the one answer."""
    host = Host()

    async def run() -> list[Caller]:
        verification = Verification(host)
        asked = await ask(verification, *["a"] * 50)
        host.may_answer.set()
        return await asyncio.gather(*asked, verification.verify(Credential(False, "a")))

    assert [CALLER] * 51 == asyncio.run(run())
    assert 1 == host.asked


def test_a_refusal_is_for_all_who_wait() -> None:
    """Each of them is told, not only the first."""
    host = Host(Unauthenticated)

    async def run() -> list[object]:
        asked = await ask(Verification(host), "a", "a", "a")
        host.may_answer.set()
        return [type(one) for one in await asyncio.gather(*asked, return_exceptions=True)]

    assert [Unauthenticated] * 3 == asyncio.run(run())


def test_who_leaves_takes_no_answer_from_the_others() -> None:
    """A client that hangs up cancels its own request."""
    host = Host()

    async def run() -> Caller:
        first, second = await ask(Verification(host), "a", "a")
        first.cancel()
        await asyncio.sleep(0)
        host.may_answer.set()
        return await second

    assert CALLER == asyncio.run(run())


def test_a_crowd_of_strangers_is_told_to_come_back() -> None:
    """Questions that would wait for longer than a client does are not asked."""
    host = Host()

    async def run() -> None:
        verification = Verification(host)
        asked = await ask(verification, *map(str, range(128)))
        with pytest.raises(Unavailable):
            await verification.verify(Credential(False, "one too many"))
        host.may_answer.set()
        assert [CALLER] * 128 == await asyncio.gather(*asked)

    asyncio.run(run())
