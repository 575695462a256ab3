# SPDX-License-Identifier: Apache-2.0
"""A service to attack: the process, a request that it grants, and whether it still does."""

import contextlib
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.attacks import wire
from tests.services import TELESIFT, environment, free_port, wait_until

READY_SECONDS = 60
PATHS = {"processor": "/telemetry/events", "psr": "/psr", "dashboard": "/session"}


@dataclass(frozen=True)
class Server:
    """A way to serve: how it is started, and where its packages are."""

    name: str
    argv: tuple[str, ...] = (TELESIFT, "serve")
    pythonpath: str = ""


OURS = Server("ours")


@dataclass
class Target:
    """A running service."""

    service: str
    server: Server
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def pid(self) -> int:
        """Return the process that was started."""
        return self.process.pid

    def post(self, token: str = "user-token", extra: int = 0, *fields: str) -> tuple[bytes, bytes]:
        """Return head and body of a request; `extra` bytes are announced and not there."""
        body = json.dumps(_body(self.service)).encode()
        length = f"Content-Length: {len(body) + extra}"
        return self.head(token, length, *fields), body

    def head(self, token: str, *fields: str) -> bytes:
        """Return the head of such a request."""
        common = (f"Authorization: Bearer {token}", "Content-Type: application/json")
        return wire.head(f"POST {PATHS[self.service]}", *common, *fields)

    def stranger(self, *fields: str) -> bytes:
        """Return the head of a request whose caller the host has to be asked about."""
        who = f"Authorization: Bearer made-up-{uuid4()}"
        line = "GET /api/ratings" if self.service == "dashboard" else f"POST {PATHS[self.service]}"
        return wire.head(line, who, "Content-Type: application/json", *fields)

    def get(self, path: str, *fields: str) -> bytes:
        """Return the answer to a GET on a connection of its own."""
        with contextlib.closing(wire.connect(self.port)) as sock:
            sock.sendall(wire.head(f"GET {path}", "Connection: close", *fields))
            return wire.read_all(sock, 20)

    def answers(self) -> bool:
        """Say whether somebody else is served: a request that needs the disk or a database."""
        with contextlib.suppress(OSError):
            with contextlib.closing(wire.connect(self.port)) as sock:
                sock.sendall(b"".join(self.post("user-token", 0, "Connection: close")))
                answer = wire.read_all(sock, 10)
            return wire.status(answer) in {200, 204} and wire.status(self.get("/livez")) == 200
        return False

    def errors(self) -> int:
        """Count the ERROR lines in the log, and tracebacks."""
        lines = self.log.read_text(errors="replace").splitlines()
        marks = ('"level":"error"', '"level":"critical"', "[ERROR]", "Traceback")
        return sum(any(mark in line for mark in marks) for line in lines)


def _body(service: str) -> object:
    if service == "psr":
        return {"prompt_id": str(uuid4()), "rating": 4, "source": "copy"}
    if service == "dashboard":
        return {"token": "analyst-token"}
    event = {"event": "auth.logout", "ts": int(time.time() * 1000)}
    return {"events": [event]}


@contextlib.contextmanager
def running(
    service: str,
    server: Server = OURS,
    env: Mapping[str, str] | None = None,
    descriptors: int | None = None,
) -> Iterator[Target]:
    """Run a service for the length of a `with` block, with fewer descriptors if wanted."""
    folder = Path(tempfile.mkdtemp(prefix="telesift-attack-"))
    folder.chmod(0o755)
    target = _start(service, server, folder, dict(env or {}), descriptors)
    try:
        wait_until(lambda: _is_up(target), READY_SECONDS, f"{service} under {server.name}")
        yield target
    finally:
        _stop(target)
        shutil.rmtree(folder, ignore_errors=True)


def _start(
    service: str, server: Server, folder: Path, env: dict[str, str], descriptors: int | None
) -> Target:
    port = free_port()
    settings = environment(folder / "data") | env
    if server.pythonpath:
        settings["PYTHONPATH"] = server.pythonpath
    limit = [] if descriptors is None else ["prlimit", f"--nofile={descriptors}:{descriptors}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*limit, *server.argv, service, "--port", str(port)],
            env=settings,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    return Target(service, server, process, port, folder / "log")


def _is_up(target: Target) -> bool:
    if target.process.poll() is not None:
        raise AssertionError(target.log.read_text()[-2000:])
    with contextlib.suppress(OSError):
        return wire.status(target.get("/readyz")) == 200
    return False


def _stop(target: Target) -> None:
    with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
        target.process.send_signal(signal.SIGTERM)
        target.process.wait(30)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(target.pid, signal.SIGKILL)
    target.process.wait()


@contextlib.contextmanager
def hanging_host() -> Iterator[dict[str, str]]:
    """Give the settings of a service whose `/me` takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        held: list[socket.socket] = []
        threading.Thread(target=_hold, args=(listener, held), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/me"
        yield {"AUTH_MODE": "session", "AUTH_ME_URL": url}
        wire.close(held)


def _hold(listener: socket.socket, held: list[socket.socket]) -> None:
    with contextlib.suppress(OSError):
        while True:
            held.append(listener.accept()[0])


def raise_own_limit() -> None:
    """Let this process open as many connections as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


PYTHON = sys.executable
