# SPDX-License-Identifier: Apache-2.0
"""Rate limits, counted in a real Redis that several workers share."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItemPerMinute
from structlog.testing import capture_logs

from service_kit.http import rate_limit
from service_kit.http.rate_limit import AsyncCounter, Counter
from tests.redis_server import Redis, needs_redis

pytestmark = needs_redis

LIMIT = RateLimitItemPerMinute(20, namespace="test")
SHORT = RateLimitItemPerMinute(2, namespace="test")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer than a service would: a busy machine is not an outage."""
    monkeypatch.setattr(rate_limit, "_PATIENCE_SECONDS", 10)


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Run a Redis server."""
    server = Redis()
    yield server
    server.stop()


def test_workers_share_one_count(redis: Redis) -> None:
    """Four workers of two kinds, forty requests at once: twenty pass."""
    workers = [Counter(redis.url) for _ in range(2)]

    async def on_loop(requests: int) -> list[float | None]:
        loops = [AsyncCounter(redis.url) for _ in range(2)]
        return await asyncio.gather(
            *(loops[n % 2].refused_until(LIMIT, "ann") for n in range(requests))
        )

    with ThreadPoolExecutor(8) as pool:
        threads = list(pool.map(lambda n: workers[n % 2].refused_until(LIMIT, "ann"), range(20)))
    answers = threads + asyncio.run(on_loop(20))
    assert (20, 20) == (answers.count(None), len([a for a in answers if a is not None]))
    assert workers[0].refused_until(LIMIT, "bob") is None


def test_a_refusal_names_a_time_within_the_minute(redis: Redis) -> None:
    """Both kinds of application say the same."""
    counter = Counter(redis.url)
    until = [counter.refused_until(SHORT, "ann") for _ in range(3)][-1]
    assert until is not None
    assert 0 < until - time.time() <= 60

    async def refused() -> float | None:
        return await AsyncCounter(redis.url).refused_until(SHORT, "ann")

    later = asyncio.run(refused())
    assert later is not None
    assert 0 < later - time.time() <= 60


def test_an_outage_is_survived_with_a_count_of_ones_own(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis dies and comes back: no request fails, each process keeps the limit by itself."""
    monkeypatch.setattr(rate_limit, "_OUTAGE_SECONDS", 0)
    counter = Counter(redis.url)
    assert counter.refused_until(SHORT, "ann") is None
    redis.stop()
    with capture_logs() as logs:
        answers = [counter.refused_until(SHORT, "ann") for _ in range(3)]
        assert [True, True, False] == [answer is None for answer in answers]
        redis.start()
        assert counter.refused_until(SHORT, "ann") is None
    assert ["rate_limit.storage_down", "rate_limit.storage_back"] == [e["event"] for e in logs]


def test_an_outage_does_not_stop_a_loop(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for an ASGI application."""
    monkeypatch.setattr(rate_limit, "_OUTAGE_SECONDS", 0)

    async def run() -> None:
        counter = AsyncCounter(redis.url)
        assert await counter.refused_until(SHORT, "ann") is None
        redis.stop()
        answers = [await counter.refused_until(SHORT, "ann") for _ in range(3)]
        assert [True, True, False] == [answer is None for answer in answers]
        redis.start()
        assert await counter.refused_until(SHORT, "ann") is None

    asyncio.run(run())


def test_a_dead_redis_is_not_asked_for_a_while(redis: Redis) -> None:
    """During an outage requests do not wait for a server that is away."""
    counter = Counter(redis.url)
    redis.stop()
    with capture_logs() as logs:
        counter.refused_until(SHORT, "ann")
        redis.start()
        counter.refused_until(SHORT, "ann")
    assert ["rate_limit.storage_down"] == [entry["event"] for entry in logs]
    assert Counter(redis.url).refused_until(SHORT, "ann") is None


def test_a_redis_that_hangs_is_an_outage_too(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes connections and answers nothing: each kind of application counts for itself."""
    monkeypatch.setattr(rate_limit, "_PATIENCE_SECONDS", 0.1)
    redis.hang()

    async def on_loop() -> float | None:
        return await AsyncCounter(redis.url).refused_until(SHORT, "ann")

    with capture_logs() as logs:
        assert Counter(redis.url).refused_until(SHORT, "ann") is None
        assert asyncio.run(on_loop()) is None
    assert ["rate_limit.storage_down"] * 2 == [entry["event"] for entry in logs]


def test_a_burst_waits_for_connections(redis: Redis) -> None:
    """More requests at once than connections: all are counted in Redis, none sees an outage."""
    many = RateLimitItemPerMinute(1000, namespace="test")

    async def burst() -> list[float | None]:
        counter = AsyncCounter(redis.url)
        return await asyncio.gather(*(counter.refused_until(many, "ann") for _ in range(300)))

    with capture_logs() as logs:
        assert [None] * 300 == asyncio.run(burst())
    assert [] == logs
