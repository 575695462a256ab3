# SPDX-License-Identifier: Apache-2.0
"""Runs one of the services under gunicorn, configured in code instead of by a file.

gunicorn's master keeps the workers; what speaks HTTP in them is in `worker`, see the ADR
`http-server`.
"""

import ctypes
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer

from service_kit.settings import ServiceSettings, addresses
from service_kit.telemetry.logs import GunicornLogger
from telesift.server.worker import BoundedWorker

_KEEPALIVE_SECONDS = 75  # longer than a load balancer's usual 60: it closes first, not we
_CONNECTIONS = 1000  # a worker's, or three quarters of its descriptors where those are fewer
_M_ARENA_MAX = -8  # malloc.h
_GRACE_SECONDS = 20  # requests under way finish, and the relays drain


_LINE_BYTES = 4096  # what a pipe takes at once, so that lines of several workers do not mix
_NOT_BOOTED = (Arbiter.WORKER_BOOT_ERROR, Arbiter.APP_LOAD_ERROR)

log = structlog.get_logger()


class GunicornServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A gunicorn master whose workers each build their own application.

    Where that fails, the master ends with a line that says why, the last one on stderr.
    """

    def __init__(
        self,
        create_app: Callable[[], Any],
        options: Mapping[str, Any],
        explain: Callable[[Exception], str | None] = lambda _: None,
    ) -> None:
        """`explain` returns the line for an error that a start is known to meet."""
        self._create_app = create_app
        self._options = options
        self._explain = explain
        self._reasons, self._reason = os.pipe()  # from the workers, which are forks, to the master
        for end in (self._reasons, self._reason):
            os.set_blocking(end, False)
        _share_one_heap()
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn; called by its constructor."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application; called in each worker, after the fork."""
        try:
            return self._create_app()
        except Exception as error:  # noqa: BLE001 - gunicorn would print its message
            self._give_reason(error)
            sys.exit(Arbiter.APP_LOAD_ERROR)

    def run(self) -> None:
        """Serve until a signal says stop; exit 1 where a worker could not start."""
        master = os.getpid()
        try:
            super().run()
        except (SystemExit, HaltServer) as end:
            # The second where another worker fails while the master stops for the first.
            code = end.exit_status if isinstance(end, HaltServer) else end.code
            if os.getpid() != master or code not in _NOT_BOOTED:
                raise
            print(f"telesift: {self._first_reason()}", file=sys.stderr, flush=True)
            sys.exit(1)

    def _give_reason(self, error: Exception) -> None:
        line = self._explain(error)
        if line is None:
            log.critical("service.not_started", exc_info=error)
            return
        with suppress(BlockingIOError):  # others have said more than the master will read
            os.write(self._reason, " ".join(line.split()).encode()[: _LINE_BYTES - 1] + b"\n")

    def _first_reason(self) -> str:
        with suppress(BlockingIOError):
            return os.read(self._reasons, _LINE_BYTES).decode(errors="replace").splitlines()[0]
        return "the service did not start; the log lines above name the error and its place"


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
