# SPDX-License-Identifier: Apache-2.0
"""Runs Telesift's services as the processes that users run, on free ports."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

USER = "11111111-1111-4111-8111-111111111111"
SERVICE = "22222222-2222-4222-8222-222222222222"
ANALYST = "33333333-3333-4333-8333-333333333333"
TOKENS = f"user-token:{USER}:user,service-token:{SERVICE}:service,analyst-token:{ANALYST}:analyst"
TELESIFT = str(Path(sys.executable).with_name("telesift"))
READY_SECONDS = 30


def free_port() -> int:
    """Return a port that nothing listens on right now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def bearer(token: str = "user-token") -> dict[str, str]:
    """Return the headers of an authenticated caller."""
    return {"Authorization": f"Bearer {token}"}


@dataclass
class Running:
    """A service process: where it is, what it prints, and how to end it."""

    process: subprocess.Popen[bytes]
    url: str
    stderr_path: Path
    lines: list[str] = field(default_factory=list)

    def events(self) -> list[dict[str, Any]]:
        """Return the events that the log sink has printed so far."""
        # a killed process may leave half a line behind
        return [json.loads(line) for line in list(self.lines) if line.endswith("}\n")]

    def wait_for_events(self, count: int, seconds: float = 20) -> list[dict[str, Any]]:
        """Wait until at least `count` events are out, and return them all."""
        wait_until(lambda: len(self.lines) >= count, seconds, f"{count} events in the log sink")
        return self.events()

    def kill(self) -> None:
        """End the whole process group at once, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it the polite way."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


def wait_until(condition: Any, seconds: float, what: str) -> None:
    """Wait for a condition; fail the test, naming it, when it never holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)


def start(service: str, data_dir: Path, env: Mapping[str, str] | None = None) -> Running:
    """Start `telesift serve SERVICE` and wait until it is ready."""
    port = free_port()
    data_dir.mkdir(parents=True, exist_ok=True)
    stderr_path = data_dir / f"{service}-{port}.stderr"
    with stderr_path.open("wb") as stderr:
        process = subprocess.Popen(
            [TELESIFT, "serve", service, "--port", str(port)],
            env=environment(data_dir) | dict(env or {}),
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    running = Running(process, f"http://127.0.0.1:{port}", stderr_path)
    threading.Thread(target=_collect, args=(running,), daemon=True).start()
    try:
        wait_until(lambda: _is_ready(running), READY_SECONDS, f"{service} to be ready")
    except AssertionError as error:
        running.kill()
        raise AssertionError(f"{error}\n{stderr_path.read_text()}") from None
    return running


@contextlib.contextmanager
def serving(
    service: str, data_dir: Path, env: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Run a service for the length of a `with` block."""
    running = start(service, data_dir, env)
    try:
        yield running
    finally:
        running.stop()


def environment(data_dir: Path) -> dict[str, str]:
    """Return the settings that tests run a service with."""
    return {
        "PATH": os.environ["PATH"],
        "AUTH_MODE": "dev",
        "AUTH_DEV_TOKENS": TOKENS,
        "TELEMETRY_SINK": "logs",
        "TELESIFT_DATA_DIR": str(data_dir),
        "TELESIFT_RATE_LIMIT": "1000000",
    }


def _collect(running: Running) -> None:
    assert running.process.stdout is not None
    for line in running.process.stdout:
        running.lines.append(line.decode())


def _is_ready(running: Running) -> bool:
    assert running.process.poll() is None, "the service ended while starting"
    try:
        return requests.get(f"{running.url}/readyz", timeout=1).status_code == 200
    except requests.RequestException:
        return False
