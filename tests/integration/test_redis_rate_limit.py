# SPDX-License-Identifier: Apache-2.0
"""Rate limits, counted in a real Redis that several workers share."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from limits import RateLimitItemPerMinute
from structlog.testing import capture_logs

from service_kit.http.rate_limit import AsyncCounter, Counter
from tests.redis_server import Redis, needs_redis

pytestmark = needs_redis

LIMIT = RateLimitItemPerMinute(20, namespace="test")
SHORT = RateLimitItemPerMinute(2, namespace="test")

# They wait longer than a service would: a busy machine is not an outage.
counter_of = partial(Counter, patience_seconds=10)
async_counter_of = partial(AsyncCounter, patience_seconds=10)


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Run a Redis server."""
    server = Redis()
    yield server
    server.stop()


def test_workers_share_one_count(redis: Redis) -> None:
    """Four workers of two kinds, forty requests at once: twenty pass."""
    workers = [counter_of(redis.url) for _ in range(2)]

    async def on_loop(requests: int) -> list[float | None]:
        loops = [async_counter_of(redis.url) for _ in range(2)]
        return await asyncio.gather(
            *(loops[n % 2].refused_until(LIMIT, "ann") for n in range(requests))
        )

    with ThreadPoolExecutor(8) as pool:
        threads = list(pool.map(lambda n: workers[n % 2].refused_until(LIMIT, "ann"), range(20)))
    answers = threads + asyncio.run(on_loop(20))
    assert (20, 20) == (answers.count(None), len([a for a in answers if a is not None]))
    assert workers[0].refused_until(LIMIT, "bob") is None


def test_a_refusal_names_a_time_within_the_minute(redis: Redis) -> None:
    """Both kinds of application say the same; it may be now, and the answer then says 1 s."""
    counter = counter_of(redis.url)
    until = [counter.refused_until(SHORT, "ann") for _ in range(3)][-1]
    assert until is not None
    assert -1 < until - time.time() <= 60

    async def refused() -> float | None:
        return await async_counter_of(redis.url).refused_until(SHORT, "ann")

    later = asyncio.run(refused())
    assert later is not None
    assert -1 < later - time.time() <= 60


def test_an_outage_is_survived_with_a_count_of_ones_own(redis: Redis) -> None:
    """Redis dies and comes back: no request fails, each process keeps the limit by itself."""
    counter = counter_of(redis.url, outage_seconds=0)
    assert counter.refused_until(SHORT, "ann") is None
    redis.stop()
    with capture_logs() as logs:
        answers = [counter.refused_until(SHORT, "ann") for _ in range(3)]
        assert [True, True, False] == [answer is None for answer in answers]
        redis.start()
        assert counter.refused_until(SHORT, "ann") is None
    assert ["rate_limit.storage_down", "rate_limit.storage_back"] == [e["event"] for e in logs]


def test_an_outage_does_not_stop_a_loop(redis: Redis) -> None:
    """The same for an ASGI application."""

    async def run() -> None:
        counter = async_counter_of(redis.url, outage_seconds=0)
        assert await counter.refused_until(SHORT, "ann") is None
        redis.stop()
        answers = [await counter.refused_until(SHORT, "ann") for _ in range(3)]
        assert [True, True, False] == [answer is None for answer in answers]
        redis.start()
        assert await counter.refused_until(SHORT, "ann") is None

    asyncio.run(run())


def test_a_dead_redis_is_not_asked_for_a_while(redis: Redis) -> None:
    """During an outage requests do not wait for a server that is away."""
    counter = counter_of(redis.url)
    redis.stop()
    with capture_logs() as logs:
        counter.refused_until(SHORT, "ann")
        redis.start()
        counter.refused_until(SHORT, "ann")
    assert ["rate_limit.storage_down"] == [entry["event"] for entry in logs]
    assert counter_of(redis.url).refused_until(SHORT, "ann") is None


def test_a_redis_that_hangs_is_an_outage_too(redis: Redis) -> None:
    """It takes connections and answers nothing: each kind of application counts for itself."""
    redis.hang()

    async def on_loop() -> float | None:
        counter = AsyncCounter(redis.url, patience_seconds=0.1)
        return await counter.refused_until(SHORT, "ann")

    with capture_logs() as logs:
        counter = Counter(redis.url, patience_seconds=0.1)
        assert counter.refused_until(SHORT, "ann") is None
        assert asyncio.run(on_loop()) is None
    assert ["rate_limit.storage_down"] * 2 == [entry["event"] for entry in logs]


def test_a_burst_waits_for_connections(redis: Redis) -> None:
    """More requests at once than connections: all are counted in Redis, none sees an outage."""
    many = RateLimitItemPerMinute(1000, namespace="test")

    async def burst() -> list[float | None]:
        counter = async_counter_of(redis.url)
        return await asyncio.gather(*(counter.refused_until(many, "ann") for _ in range(300)))

    with capture_logs() as logs:
        assert [None] * 300 == asyncio.run(burst())
    assert [] == logs
