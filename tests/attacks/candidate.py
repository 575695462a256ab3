# SPDX-License-Identifier: Apache-2.0
"""Runs a service's application under another server: `python -m tests.attacks.candidate NAME`.

The packages are on PYTHONPATH; none of them is a dependency of ours.
"""

import argparse
import asyncio
import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from service_kit.telemetry import logs
from telesift.settings import read

APPLICATIONS = {
    "processor": ("processors.gateway.app", "processors.gateway.settings", "ProcessorSettings"),
    "psr": ("psr_service.app", "psr_service.settings", "PsrSettings"),
    "dashboard": ("dashboard.app", "dashboard.settings", "DashboardSettings"),
}


def make() -> Any:
    """Make the application of the service that the environment names."""
    app, settings, kind = APPLICATIONS[os.environ["ATTACKED_SERVICE"]]
    values = read(getattr(import_module(settings), kind))
    logs.configure(values)
    return import_module(app).create_app(values)


def gunicorn(port: int, **options: Any) -> None:
    """Serve by a worker class of gunicorn's or uvicorn's."""
    from telesift.server import GunicornServer

    GunicornServer(
        make, {"bind": f"127.0.0.1:{port}", "control_socket_disable": True} | options
    ).run()


def uvicorn(port: int, http: str) -> None:
    """Serve by uvicorn alone."""
    import uvicorn as server

    server.run(
        make, factory=True, port=port, http=http, loop="uvloop", lifespan="on", access_log=False
    )


def granian(port: int) -> None:
    """Serve by granian."""
    from granian import Granian
    from granian.http import HTTP1Settings

    deadline = HTTP1Settings(header_read_timeout=10_000)
    app = "tests.attacks.candidate:make"
    Granian(
        app, factory=True, port=port, interface="asgi", http1_settings=deadline, backpressure=128
    ).serve()


def hypercorn(port: int) -> None:
    """Serve by hypercorn."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    asyncio.run(serve(make(), config))


SERVERS: dict[str, Callable[[int], None]] = {
    "gunicorn-python": lambda port: gunicorn(
        port, worker_class="asgi", asgi_lifespan="on", http_parser="python"
    ),
    "gunicorn-uvicorn": lambda port: gunicorn(port, worker_class="uvicorn_worker.UvicornWorker"),
    "uvicorn-httptools": lambda port: uvicorn(port, "httptools"),
    "uvicorn-h11": lambda port: uvicorn(port, "h11"),
    "granian": granian,
    "hypercorn": hypercorn,
}


def main() -> None:
    """Serve in the foreground."""
    parser = argparse.ArgumentParser()
    parser.add_argument("server", choices=SERVERS)
    parser.add_argument("service", choices=APPLICATIONS)
    parser.add_argument("--port", type=int)
    given = parser.parse_args()
    os.environ["ATTACKED_SERVICE"] = given.service
    SERVERS[given.server](given.port)


if __name__ == "__main__":
    main()
