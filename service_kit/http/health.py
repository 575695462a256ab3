# SPDX-License-Identifier: Apache-2.0
"""`/livez`, `/readyz` and `/version`, open to anybody.

`/livez` says that the process answers: restart it where it does not.
`/readyz` says that it can keep its promises: send it no requests while it cannot.
"""

import asyncio
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any, Final

import falcon
import falcon.asgi
import structlog
from falcon import HTTP_503, Request, Response

from service_kit.http.threads import Threads
from service_kit.telemetry import error_type

Check = Callable[[], str | None]
"""Returns None, or a short reason code of ours; an exception counts as `failed`."""

_log = structlog.get_logger()


def add(
    app: falcon.App[Any, Any] | falcon.asgi.App[Any, Any],
    service: str,
    checks: Mapping[str, Check],
    details: Mapping[str, str] | None = None,
) -> None:
    """Add the three resources to an application, WSGI or ASGI.

    `details` go into `/version` beside the service and its version.
    Under ASGI the checks run on a thread, so they may block.
    """
    about = {"service": service, "version": version("telesift")} | dict(details or {})
    resources: dict[str, _Fixed | _Ready] = {
        "/livez": _Fixed({"status": "ok"}),
        "/readyz": _Ready(checks),
        "/version": _Fixed(about),
    }
    is_async = isinstance(app, falcon.asgi.App)
    for path, resource in resources.items():
        app.add_route(path, _awaited(resource) if is_async else resource)


def _awaited(resource: "_Fixed | _Ready") -> object:
    return _ReadyAsync(resource) if isinstance(resource, _Ready) else _FixedAsync(resource)


class _Fixed:
    """Answers the same at all times."""

    public: Final = True

    def __init__(self, answer: Mapping[str, str]) -> None:
        self._answer = answer

    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = self._answer

    on_head = on_get


class _Ready:
    """Runs the checks."""

    public: Final = True

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    def on_get(self, req: Request, resp: Response) -> None:
        self.answer(resp, self.results())

    def results(self) -> dict[str, str]:
        return {name: _run(name, check) for name, check in self._checks.items()}

    def answer(self, resp: Response, results: dict[str, str]) -> None:
        is_ready = set(results.values()) <= {"ok"}
        resp.status = resp.status if is_ready else HTTP_503
        resp.set_header("Cache-Control", "no-store")
        resp.media = {"status": "ok" if is_ready else "unavailable", "checks": results}

    on_head = on_get


def _run(name: str, check: Check) -> str:
    try:
        return check() or "ok"
    except Exception as error:  # noqa: BLE001 - a check that fails in any way has failed
        _log.warning("health.check_failed", check=name, error=error_type(error))
        return "failed"


class _FixedAsync:
    """Answers the same at all times, on the loop."""

    public: Final = True

    def __init__(self, resource: _Fixed) -> None:
        self._resource = resource

    async def on_get(self, req: Request, resp: Response) -> None:
        self._resource.on_get(req, resp)

    on_head = on_get


class _ReadyAsync:
    """Runs the checks on a thread of its own, once for all who ask meanwhile.

    Anybody may ask; a crowd must not make a probe wait, nor the database work.
    """

    public: Final = True

    def __init__(self, resource: _Ready) -> None:
        self._ready = resource
        self._threads = Threads(1, "ready")
        self._running: asyncio.Future[dict[str, str]] | None = None

    async def on_get(self, req: Request, resp: Response) -> None:
        if self._running is None or self._running.done():
            self._running = asyncio.ensure_future(self._threads.run(self._ready.results))
        self._ready.answer(resp, await asyncio.shield(self._running))

    on_head = on_get
