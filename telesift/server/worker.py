# SPDX-License-Identifier: Apache-2.0
"""A gunicorn worker that serves an ASGI application through bounded connections."""

import asyncio
import os
import resource
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import uvicorn
import uvloop
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from telesift.server.connection import Connection
from telesift.server.connections import Connections, most

_STOP: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
_DRAIN_SECONDS: Final = 8  # of the master's 20; what the application ends in order has the rest
_RECEIVE_BYTES: Final = 64 * 1024  # what one read can bring, for a body that may not be wanted


class BoundedWorker(Worker):  # type: ignore[misc]  # gunicorn has no types
    """Runs uvicorn's server under gunicorn's master."""

    def init_signals(self) -> None:
        """Leave the signals to the loop; the master's own handlers came along with the fork."""
        for name in self.SIGNALS:
            signal.signal(name, signal.SIG_DFL)
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # it would reopen log files

    def run(self) -> None:
        """Serve until the master says stop; a startup that fails ends the master, too."""
        for listener in self.sockets:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BYTES)
        server = _Server(self)
        with suppress(SystemExit):
            uvloop.run(server.serve(sockets=[listener.sock for listener in self.sockets]))
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)


class _Server(uvicorn.Server):
    """uvicorn's server, whose connections have deadlines."""

    def __init__(self, worker: BoundedWorker) -> None:
        super().__init__(_config(worker))
        self._worker = worker
        descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.server_state = Connections(most(descriptors, worker.cfg.worker_connections))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop in order on each of the signals that the master or a terminal sends."""
        loop = asyncio.get_running_loop()
        for number in _STOP:
            loop.add_signal_handler(number, setattr, self, "should_exit", True)
        yield

    async def on_tick(self, counter: int) -> bool:
        """Look after the connections once per second, and say to the master that we live."""
        if counter % 10 == 0:
            self._worker.notify()
            self.server_state.expire(asyncio.get_running_loop().time())  # type: ignore[attr-defined]
        return await super().on_tick(counter) or self._worker.ppid != os.getppid()


def _config(worker: BoundedWorker) -> uvicorn.Config:
    options: dict[str, Any] = {
        "http": Connection,
        "ws": "none",
        "lifespan": "on",
        "interface": "asgi3",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "backlog": worker.cfg.backlog,
        "timeout_keep_alive": worker.cfg.keepalive,
        "timeout_graceful_shutdown": _DRAIN_SECONDS,
        "proxy_headers": bool(worker.cfg.forwarded_allow_ips),
        "forwarded_allow_ips": worker.cfg.forwarded_allow_ips,
    }
    return uvicorn.Config(worker.wsgi, **options)
