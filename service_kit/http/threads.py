# SPDX-License-Identifier: Apache-2.0
"""Lets an ASGI application answer by responders that block, on threads of its own.

The loop does what waits for clients; a thread is taken when a request is there as a whole, so
that no client can hold one.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from falcon.asgi import Request, Response

from service_kit.http.body import read_body
from service_kit.http.limits import REQUEST_BYTES
from service_kit.http.problem import Unavailable

_MOST_WAITING: Final = 256

_READS_BODY: Final = frozenset({"on_post", "on_put", "on_patch"})


class Threads:
    """A bounded number of threads, and of requests that wait for one."""

    def __init__(self, number: int, name: str, most_waiting: int = _MOST_WAITING) -> None:
        self._pool = ThreadPoolExecutor(number, thread_name_prefix=name)
        self._room = number + most_waiting

    async def run(self, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Call on a thread, in the current trace; raise `Unavailable` where too many wait."""
        if self._room <= 0:
            raise Unavailable(retry_after=1)
        self._room -= 1
        context = contextvars.copy_context()
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._pool, lambda: context.run(call, *args, **named)
            )
        finally:
            self._room += 1


class OnThreads:
    """A resource whose blocking responders run on threads; its body is in `req.context.body`."""

    def __init__(self, resource: object, threads: Threads, most_bytes: int = REQUEST_BYTES) -> None:
        self._resource = resource
        self._threads = threads
        self._most_bytes = most_bytes

    def __getattr__(self, name: str) -> Any:
        """Return a responder as a coroutine function, and other attributes as they are."""
        found = getattr(self._resource, name)
        return self._awaited(found, name in _READS_BODY) if name.startswith("on_") else found

    def _awaited(self, responder: Callable[..., None], reads_body: bool) -> Callable[..., Any]:
        async def respond(req: Request, resp: Response, **params: Any) -> None:
            if reads_body:
                req.context.body = await read_body(req, self._most_bytes)
            await self._threads.run(responder, req, resp, **params)

        return respond
