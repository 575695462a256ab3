# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL from a wheel, for development and tests.

Several processes may share one data directory: each holds a shared lock on it while it uses the
server, and whoever finds itself alone on leaving stops the server.
Locks, unlike a list of process ids, cannot be left behind by a process that was killed.

Of the wheel only the programs are used: its own Python code widens the modes of parent
directories, puts sockets where everybody may write, and hands paths to a shell.
"""

import atexit
import time
from contextlib import closing
from pathlib import Path
from typing import Final, Self

from service_kit.lock import FileLock
from service_kit.postgres import programs
from service_kit.postgres.account import Account, EmbeddedPostgresFailed
from service_kit.postgres.cluster import Cluster
from service_kit.postgres.holder import Holder

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresFailed"]

_POLL_SECONDS: Final = 0.05


class EmbeddedPostgres:
    """One process's share in the embedded server of a data directory.

    `url` connects to it as its superuser, over a socket that its account alone can reach.
    Use it as a context manager, or call `leave`; leaving twice is harmless.
    """

    def __init__(self, directory: Path) -> None:
        """Start the server, or join the one that runs; raises `EmbeddedPostgresFailed`."""
        directory = directory.absolute()  # the server changes into its data directory
        self.programs: Path = programs.programs()
        self._users = _lock(directory, "users")
        try:
            self._users.share()  # waits while another process is just stopping the server
            self._cluster = Cluster(directory, self.programs, Account.of(directory))
            self.url: str = _start(self._cluster).url
        except BaseException:
            self._users.close()
            raise
        atexit.register(self.leave)

    def died(self) -> str | None:
        """Return a line that says why, once the server runs no more; None while it does."""
        if self._cluster.holder() is not None:
            return None
        why = self._cluster.last_words() or "it was killed, and logged nothing of it"
        return f"PostgreSQL ended: {why}; its log is in {self._cluster.logs}"

    def leave(self) -> None:
        """Stop using the server; the last to leave stops it."""
        atexit.unregister(self.leave)
        if not self._users.is_open:
            return
        with closing(self._users):
            if self._users.take():
                self._cluster.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()


def _lock(directory: Path, name: str) -> FileLock:
    path = directory.with_name(f"{directory.name}.{name}")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(path)
    except OSError as error:
        raise EmbeddedPostgresFailed(
            f"{error.filename}: {error.strerror}; name a directory of your own in TELESIFT_DATA_DIR"
            " (telesift up --data-dir), or set DATABASE_URL"
        ) from error


def _start(cluster: Cluster) -> Holder:
    """Start the server unless it runs; two processes that start at once start one server."""
    with closing(_lock(cluster.directory, "start")) as turn:
        while not turn.take():
            time.sleep(_POLL_SECONDS)
        try:
            return cluster.await_ready() or cluster.start()
        except OSError as error:
            raise EmbeddedPostgresFailed(
                f"the embedded PostgreSQL did not start: {error.filename}: {error.strerror};"
                " name another directory in TELESIFT_DATA_DIR, or set DATABASE_URL"
            ) from error
