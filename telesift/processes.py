# SPDX-License-Identifier: Apache-2.0
"""Starts the local stack's processes, waits until they are ready, and stops what it started."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import requests

from service_kit.outbound import OutboundSession

_READY_SECONDS = 60
_STOP_SECONDS = 25  # a little longer than a service's own grace
_POLL_SECONDS = 0.1
_STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Service:
    """One process of the stack.

    `argv` and `env` start it; `ready_url` answers 200 once it can keep its promises;
    `shows_stdout` is set for the one whose standard output is the product (the log sink's events).
    """

    name: str
    argv: Sequence[str]
    ready_url: str
    env: Mapping[str, str] = field(default_factory=dict)
    shows_stdout: bool = False


class StartFailed(Exception):
    """The stack cannot start, or a part of it ended; the message says where to look."""


class StopSignals:
    """Ctrl-C, SIGTERM and a hang-up: the first one interrupts, a further one only hurries.

    A second interrupt would cut short what ends the processes, and leave some of them behind.
    """

    def __init__(self) -> None:
        self.is_hurried = False
        self._is_stopping = False

    def install(self) -> None:
        """Take the signals over, but for those that are ignored on purpose (nohup)."""
        for number in _STOPS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._receive)

    def hold(self) -> None:
        """Interrupt no more: what runs from now on ends the processes."""
        self._is_stopping = True

    def _receive(self, *_: Any) -> None:
        if self._is_stopping:
            self.is_hurried = True
            return
        self._is_stopping = True
        raise KeyboardInterrupt


class Stack:
    """The processes of one `telesift up`, in the order they were started."""

    def __init__(
        self, log_dir: Path, foundation_died: Callable[[], str | None], signals: StopSignals
    ) -> None:
        """`foundation_died` says why what all of them stand on is gone; None while it is there."""
        self._log_dir = log_dir
        self._foundation_died = foundation_died
        self._signals = signals
        self._running: list[tuple[Service, subprocess.Popen[bytes]]] = []
        log_dir.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, service: Service) -> None:
        """Start a process and wait until it is ready; raises `StartFailed`.

        Also where another process answers in its place: that one would pass for ready.
        """
        if _is_ready(service.ready_url):
            raise StartFailed(
                f"{service.name} cannot start: another process answers at {service.ready_url};"
                " stop that first (ss -ltnp names it)"
            )
        with self.log_of(service).open("ab") as log:
            self._running.append((service, _spawn(service, log)))
        self._await_ready(*self._running[-1])

    def log_of(self, service: Service) -> Path:
        """Return the file that a process's own log goes to."""
        return self._log_dir / f"{service.name}.log"

    def wait(self) -> None:
        """Wait until a process, or what they stand on, ends; raises `StartFailed` naming it."""
        while True:
            self._look_at_foundation()
            for service, process in self._running:
                if process.poll() is not None:
                    raise StartFailed(self._ended(service, process))
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """End everything that was started, last first, and wait until it is gone."""
        self._signals.hold()
        for _, process in reversed(self._running):
            _end(process, self._signals)
        self._running.clear()

    def _await_ready(self, service: Service, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not _is_ready(service.ready_url):
            self._look_at_foundation()
            if process.poll() is not None:
                raise StartFailed(self._ended(service, process))
            if time.monotonic() > deadline:
                log = self.log_of(service)
                raise StartFailed(f"{service.name} was not ready in {_READY_SECONDS} s; see {log}")
            time.sleep(_POLL_SECONDS)

    def _look_at_foundation(self) -> None:
        if why := self._foundation_died():
            raise StartFailed(why)

    def _ended(self, service: Service, process: subprocess.Popen[bytes]) -> str:
        lines = self.log_of(service).read_text(errors="replace").splitlines()
        last = lines[-1] if lines else "it logged nothing"
        return f"{service.name} ended with code {process.returncode}: {last}"


def _spawn(service: Service, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        service.argv,
        env=os.environ | dict(service.env),
        stdin=subprocess.DEVNULL,
        stdout=None if service.shows_stdout else log,
        stderr=log,
        # Ctrl-C reaches the terminal's whole group: the children are ended in order, by us.
        start_new_session=True,
        preexec_fn=_end_with_us(),  # noqa: PLW1509 - no threads here, and two system calls
    )


def _end_with_us() -> Callable[[], None] | None:
    """Return what ties a child to this process, also where that is killed; None but on Linux."""
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it was killed before the line above
            os._exit(1)

    return tie


def _end(process: subprocess.Popen[bytes], signals: StopSignals) -> None:
    """End a process the polite way, and its whole group once it took too long or we are hurried."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while process.poll() is None and time.monotonic() < deadline and not signals.is_hurried:
        time.sleep(_POLL_SECONDS)
    with suppress(ProcessLookupError):  # what a master that was killed left of its workers, too
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _is_ready(url: str) -> bool:
    try:
        with OutboundSession() as http:  # no proxy leads to this machine
            return http.get(url, timeout=1).ok
    except requests.RequestException:
        return False
