# SPDX-License-Identifier: Apache-2.0
"""So many requests a minute, for each user and service.

The window slides (`limits`), so that no minute's boundary lets twice the limit through.

A refusal carries Retry-After and the `RateLimit-*` fields that today's clients parse, rather
than the structured ones of the newest IETF draft. Granted requests carry none: counting down
would cost a second round trip to Redis, and clients read the limit in `/telemetry/config`.
"""

import time
from math import ceil
from typing import Any

from falcon import Request, Response
from limits import RateLimitItemPerMinute

from service_kit.problem import TooManyRequests
from service_kit.rate_limit.counters import AsyncCounter, Counter
from service_kit.settings import Settings

__all__ = ["RateLimitMiddleware"]


class RateLimitMiddleware:
    """Comes after authentication: it counts callers, and requests without one not at all."""

    def __init__(self, settings: Settings, service: str) -> None:
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
