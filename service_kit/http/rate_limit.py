# SPDX-License-Identifier: Apache-2.0
"""So many requests per minute, for each user and service.

The window slides (`limits`), so that no minute's boundary lets twice the limit through.

A refusal carries Retry-After and the `RateLimit-*` fields that today's clients parse, rather
than the structured ones of the newest IETF draft. Granted requests carry none: counting down
would cost a second round trip to Redis, and clients read the limit in `/telemetry/config`.
"""

import time
from math import ceil
from typing import Any, Final

import structlog
from falcon import Request, Response
from limits import RateLimitItem, RateLimitItemPerMinute, aio, storage, strategies
from limits.errors import StorageError
from redis import BlockingConnectionPool
from redis.asyncio import BlockingConnectionPool as AsyncBlockingConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from service_kit.http.problem import TooManyRequests
from service_kit.settings import ServiceSettings
from service_kit.telemetry import error_type


class RateLimitMiddleware:
    """Comes after authentication: it counts callers, and requests without one not at all."""

    def __init__(self, settings: ServiceSettings, service: str) -> None:
        self._item = RateLimitItemPerMinute(settings.rate_limit, namespace=service)
        self._counter = Counter(settings.rate_limit_storage_url)
        self._async_counter = AsyncCounter(settings.rate_limit_storage_url)

    def process_resource(
        self, req: Request, resp: Response, resource: object, params: dict[str, Any]
    ) -> None:
        """Count a request to a WSGI application."""
        if caller := req.context.get("caller"):
            self._refuse(self._counter.refused_until(self._item, caller.user_id))

    async def process_resource_async(
        self, req: Request, resp: Response, resource: object, params: dict[str, Any]
    ) -> None:
        """Count a request to an ASGI application."""
        if caller := req.context.get("caller"):
            self._refuse(await self._async_counter.refused_until(self._item, caller.user_id))

    def _refuse(self, until: float | None) -> None:
        if until is None:
            return
        seconds = max(1, ceil(until - time.time()))
        headers = {
            "RateLimit-Limit": str(self._item.amount),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(seconds),
        }
        raise TooManyRequests(retry_after=seconds, headers=headers)


_OUTAGE_SECONDS: Final = 5.0  # before Redis is tried again
_PATIENCE_SECONDS: Final = 0.25  # with one request to it
_CONNECTIONS: Final = 32  # per process; a request that finds all of them busy waits for one

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
        """Count one request; return None, or the time (epoch seconds) when to try again."""
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
        """Count one request; return None, or the time (epoch seconds) when to try again."""
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
