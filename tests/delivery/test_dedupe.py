# SPDX-License-Identifier: Apache-2.0
"""A retry of what was stored is recognised; a retry of what was not is taken."""

import asyncio
import gc
import tracemalloc
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.delivery.dedupe import Seen

ME = "me"


class CommitFailed(Exception):
    """What a block raises when its batch was not stored."""


async def take(seen: Seen, *uids: str, owner: str = ME) -> list[bool]:
    """Store a batch, and return which of its ids were new."""
    async with seen.reserve(owner, uids) as fresh:
        return fresh


async def fail(seen: Seen, *uids: str) -> None:
    """Try to store a batch, in vain."""
    with pytest.raises(CommitFailed):
        async with seen.reserve(ME, uids):
            raise CommitFailed


def test_an_id_is_new_once() -> None:
    """The second time it is a duplicate, also beside new ones."""

    async def scenario() -> None:
        seen = Seen()
        assert [True, True] == await take(seen, "a", "b")
        assert [False, True, False] == await take(seen, "a", "c", "b")

    asyncio.run(scenario())


def test_of_two_equal_ids_in_one_request_the_first_is_new() -> None:
    """A client that repeats itself in one batch is counted once."""
    assert [True, True, False] == asyncio.run(take(Seen(), "a", "b", "a"))


def test_a_failed_commit_leaves_nothing_behind() -> None:
    """The client got a 503 and will try again: then its events must be taken."""

    async def scenario() -> None:
        seen = Seen()
        await fail(seen, "a")
        assert [True] == await take(seen, "a")

    asyncio.run(scenario())


@pytest.mark.parametrize("succeeds", [True, False])
def test_a_twin_in_flight_is_judged_by_how_it_ends(succeeds: bool) -> None:
    """Neither is a duplicate called stored that never was, nor an event stored twice."""

    async def scenario() -> None:
        seen, stored = Seen(), asyncio.Event()

        async def first() -> None:
            async with seen.reserve(ME, ["a"]):
                await stored.wait()
                if not succeeds:
                    raise CommitFailed

        storing = asyncio.create_task(first())
        await asyncio.sleep(0)
        retry = asyncio.create_task(take(seen, "a"))
        await asyncio.sleep(0)
        assert not retry.done()
        stored.set()
        assert [not succeeds] == await retry
        await asyncio.gather(storing, return_exceptions=True)

    asyncio.run(scenario())


def test_one_user_cannot_make_anothers_event_look_like_a_duplicate() -> None:
    """Ids come from clients; whose they are comes from the session."""

    async def scenario() -> None:
        seen = Seen()
        await take(seen, "a", owner="somebody")
        assert [True] == await take(seen, "a", owner="somebody else")

    asyncio.run(scenario())


def test_an_id_is_remembered_for_the_window_and_forgotten_after_two() -> None:
    """Ten minutes are promised; memory is given back."""

    async def scenario() -> None:
        now = [0.0]
        seen = Seen(window_seconds=600, clock=lambda: now[0])
        now[0] = 599.0
        await take(seen, "a")
        now[0] = 599.0 + 600.0
        assert [False] == await take(seen, "a")
        now[0] = 599.0 + 1300.0
        assert [True] == await take(seen, "a")

    asyncio.run(scenario())


def test_memory_is_bounded_however_many_ids_come() -> None:
    """Two full generations, and no more, whatever the clients send."""

    async def scenario() -> int:
        seen = Seen(capacity=1000)
        for _ in range(200):
            await take(seen, *(str(uuid.uuid4()) for _ in range(100)))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        held = asyncio.run(scenario())
    finally:
        tracemalloc.stop()
    assert held < 500_000


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), max_size=20), st.data())
def test_what_is_called_new_is_exactly_what_was_not_stored(
    requests: list[list[str]], data: st.DataObject
) -> None:
    """Against the plain model: a set of what was stored."""

    async def scenario() -> None:
        seen, stored = Seen(), set[str]()
        for uids in requests:
            expected = [uid not in stored and uid not in uids[:at] for at, uid in enumerate(uids)]
            if data.draw(st.booleans()):
                assert expected == await take(seen, *uids)
                stored.update(uids)
            else:
                await fail(seen, *uids)

    asyncio.run(scenario())
