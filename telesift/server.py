# SPDX-License-Identifier: Apache-2.0
"""Runs one of the services under gunicorn, configured in code instead of by a file."""

import ctypes
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from gunicorn.app.base import BaseApplication

from service_kit.settings import ServiceSettings
from service_kit.telemetry.logs import GunicornLogger

_KEEPALIVE_SECONDS = 75  # longer than a load balancer's usual 60: it closes first, not we
_WORKER_GRACE_SECONDS = 5  # no request of a gthread service is meant to take longer
_M_ARENA_MAX = -8  # malloc.h
_GRACE_SECONDS = 20  # requests under way finish, and the relays drain


class GunicornServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A gunicorn master whose workers each build their own application."""

    def __init__(self, create_app: Callable[[], Any], options: Mapping[str, Any]) -> None:
        self._create_app = create_app
        self._options = options
        _share_one_heap()
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn; called by its constructor."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application; called in each worker, after the fork."""
        return self._create_app()


def _share_one_heap() -> None:
    """Keep a worker's memory flat: glibc gives each thread a heap of its own, and each one grows.

    The interpreter's lock lets one thread allocate at a time, so one heap is enough for all.
    """
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _leave_in_time(_: Any, worker: Any) -> None:
    """Set a shorter grace, so that no idle connection holds a worker until its master kills it.

    gthread waits for every open connection, and a browser keeps one; what the worker leaves in
    order (an embedded PostgreSQL, say) needs the rest of the master's grace.
    """
    worker.cfg.set("graceful_timeout", _WORKER_GRACE_SECONDS)


def options(settings: ServiceSettings, port: int) -> dict[str, Any]:
    """Return the gunicorn options that all services share."""
    return {
        "bind": f"{settings.host}:{port}",
        "workers": settings.workers,
        "keepalive": _KEEPALIVE_SECONDS,
        "graceful_timeout": _GRACE_SECONDS,
        "proc_name": "telesift",
        "logger_class": GunicornLogger,
        "control_socket_disable": True,  # one file in the home directory, for all services
    }


def threaded(threads: int) -> dict[str, Any]:
    """Return the options of a WSGI service, whose requests wait on threads."""
    return {"worker_class": "gthread", "threads": threads, "post_fork": _leave_in_time}


ASGI: Final = {"worker_class": "asgi", "asgi_lifespan": "on"}
"""The options of an ASGI service; a startup that fails ends the start."""
