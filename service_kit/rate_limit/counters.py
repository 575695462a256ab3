# SPDX-License-Identifier: Apache-2.0
"""Where requests are counted: in this process, or in a Redis that all workers share.

While Redis is down each process counts for itself: a limit that is too generous for a while
harms less than a service that is away.
"""

import time
from typing import Any, Final

import structlog
from limits import RateLimitItem, aio, storage, strategies
from limits.errors import StorageError
from redis import BlockingConnectionPool
from redis.asyncio import BlockingConnectionPool as AsyncBlockingConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from service_kit.tracing import error_type

_OUTAGE_SECONDS: Final = 5.0  # before Redis is tried again
_PATIENCE_SECONDS: Final = 0.25  # with one request to it
_CONNECTIONS: Final = 32  # a process's; whoever finds all of them busy waits for one

_log = structlog.get_logger()


class Counter:
    """Counts for the threads of a WSGI application."""

    def __init__(
        self,
        redis_url: str | None,
        *,
        patience_seconds: float = _PATIENCE_SECONDS,
        outage_seconds: float = _OUTAGE_SECONDS,
    ) -> None:
        strategy = strategies.SlidingWindowCounterRateLimiter
        self._own = strategy(storage.MemoryStorage())
        self._shared = strategy(_redis(redis_url, patience_seconds)) if redis_url else None
        self._outage = _Outage(outage_seconds)

    def refused_until(self, item: RateLimitItem, user: str) -> float | None:
        """Count one request; give None, or the time (epoch seconds) when to try again."""
        if self._shared and not self._outage.lasts():
            try:
                until = _ask(self._shared, item, user)
            except StorageError as failure:
                self._outage.begin(failure)
            else:
                self._outage.end()
                return until
        return _ask(self._own, item, user)


class AsyncCounter:
    """Counts on the loop of an ASGI application, without blocking it."""

    def __init__(
        self,
        redis_url: str | None,
        *,
        patience_seconds: float = _PATIENCE_SECONDS,
        outage_seconds: float = _OUTAGE_SECONDS,
    ) -> None:
        strategy = aio.strategies.SlidingWindowCounterRateLimiter
        self._own = strategy(aio.storage.MemoryStorage())
        self._shared = strategy(_async_redis(redis_url, patience_seconds)) if redis_url else None
        self._outage = _Outage(outage_seconds)

    async def refused_until(self, item: RateLimitItem, user: str) -> float | None:
        """Count one request; give None, or the time (epoch seconds) when to try again."""
        if self._shared and not self._outage.lasts():
            try:
                until = await _ask_async(self._shared, item, user)
            except StorageError as failure:
                self._outage.begin(failure)
            else:
                self._outage.end()
                return until
        return await _ask_async(self._own, item, user)


def _redis(url: str, patience_seconds: float) -> storage.RedisStorage:
    pool = BlockingConnectionPool.from_url(url, **_connections(patience_seconds))
    return storage.RedisStorage(url, connection_pool=pool, wrap_exceptions=True)


def _async_redis(url: str, patience_seconds: float) -> aio.storage.RedisStorage:
    pool: Any = AsyncBlockingConnectionPool.from_url(url, **_connections(patience_seconds))
    return aio.storage.RedisStorage(
        f"async+{url}", implementation="redispy", connection_pool=pool, wrap_exceptions=True
    )


def _connections(patience_seconds: float) -> dict[str, Any]:
    return {
        "max_connections": _CONNECTIONS,
        "timeout": patience_seconds,
        "socket_timeout": patience_seconds,
        "socket_connect_timeout": patience_seconds,
        "retry": Retry(NoBackoff(), 0),  # a request waits for one attempt, not for several
    }


def _ask(limiter: strategies.RateLimiter, item: RateLimitItem, user: str) -> float | None:
    if limiter.hit(item, user):
        return None
    return limiter.get_window_stats(item, user).reset_time


async def _ask_async(
    limiter: aio.strategies.RateLimiter, item: RateLimitItem, user: str
) -> float | None:
    if await limiter.hit(item, user):
        return None
    return (await limiter.get_window_stats(item, user)).reset_time


class _Outage:
    """Remembers that Redis did not answer, so that few requests wait for it in vain."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: float | None = None

    def lasts(self) -> bool:
        return self._until is not None and time.monotonic() < self._until

    def begin(self, failure: StorageError) -> None:
        if self._until is None:
            _log.warning("rate_limit.storage_down", error=error_type(failure.storage_error))
        self._until = time.monotonic() + self._seconds

    def end(self) -> None:
        if self._until is not None:
            _log.info("rate_limit.storage_back")
        self._until = None
