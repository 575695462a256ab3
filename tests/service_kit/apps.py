# SPDX-License-Identifier: Apache-2.0
"""Both kinds of Falcon application from one set of resources, and a real HTTP server for them."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import falcon
import falcon.asgi
from falcon.testing import TestClient

from service_kit.http import error_handlers

USER = "11111111-1111-4111-8111-111111111111"

MakeClient = Callable[..., TestClient]


def wsgi_client(resources: Mapping[str, object], middleware: Sequence[Any] = ()) -> TestClient:
    """Make a client of a WSGI application with these resources by path."""
    return _client(falcon.App(middleware=list(middleware)), resources)


def asgi_client(resources: Mapping[str, object], middleware: Sequence[Any] = ()) -> TestClient:
    """Make the same with an ASGI application, from the same resources."""
    awaited = {path: _Awaited(resource) for path, resource in resources.items()}
    return _client(falcon.asgi.App(middleware=list(middleware)), awaited)


def _client(app: Any, resources: Mapping[str, object]) -> TestClient:
    error_handlers.install(app)
    for path, resource in resources.items():
        app.add_route(path, resource)
    return TestClient(app)


class _Awaited:
    """A WSGI resource with its responders as coroutines."""

    def __init__(self, resource: object) -> None:
        for name in dir(resource):
            if not name.startswith("_"):
                value = getattr(resource, name)
                setattr(self, name, _coroutine(value) if name.startswith("on_") else value)


def _coroutine(responder: Callable[..., None]) -> Callable[..., Any]:
    async def call(req: Any, resp: Any, **params: Any) -> None:
        responder(req, resp, **params)

    return call


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def listening(app: Any) -> Iterator[str]:
    """Serve a WSGI application on a free port for the length of a `with` block; return its URL."""
    with make_server("127.0.0.1", 0, app, handler_class=_Silent) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
