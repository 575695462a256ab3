# SPDX-License-Identifier: Apache-2.0
"""Runs one of the services under gunicorn, configured in code instead of by a file.

gunicorn's master keeps the workers; what speaks HTTP in them is in `worker`, see the ADR
`http-server`.
"""

import ctypes
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from gunicorn.app.base import BaseApplication

from service_kit.settings import ServiceSettings, addresses
from service_kit.telemetry.logs import GunicornLogger
from telesift.server.worker import BoundedWorker

_KEEPALIVE_SECONDS = 75  # longer than a load balancer's usual 60: it closes first, not we
_CONNECTIONS = 1000  # a worker's, or three quarters of its descriptors where those are fewer
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


def options(settings: ServiceSettings, port: int) -> dict[str, Any]:
    """Return the gunicorn options that all services share."""
    return {
        "bind": f"{addresses.in_url(settings.host)}:{port}",
        "workers": settings.workers,
        "worker_class": BoundedWorker,
        "worker_connections": _CONNECTIONS,
        "keepalive": _KEEPALIVE_SECONDS,
        "graceful_timeout": _GRACE_SECONDS,
        # Named even where there are none: gunicorn would believe the loopback.
        "forwarded_allow_ips": ",".join(settings.trusted_proxies),
        "proc_name": "telesift",
        "logger_class": GunicornLogger,
        "control_socket_disable": True,  # one file in the home directory, for all services
    }
