# SPDX-License-Identifier: Apache-2.0
"""Who serves a data directory of PostgreSQL."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg

PORT: Final = "5432"
"""A part of the socket's name, and no more than that."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The server that runs on a data directory."""

    pid: int
    socket_directory: str
    port: str
    is_ready: bool

    @property
    def url(self) -> str:
        """Return the address at which its superuser connects."""
        port = "" if self.port == PORT else f"&port={self.port}"
        return f"postgresql://postgres:@/postgres?host={quote(self.socket_directory)}{port}"


def serves(pid: int, directory: Path) -> bool:
    """Return whether a process is the PostgreSQL of a directory.

    After a crash the number may belong to another program (in a restarted container it often
    does), or to a zombie that nobody reaps; PostgreSQL would wait for it.
    """
    import psutil

    try:
        process = psutil.Process(pid)
        if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return Path(process.cwd()).resolve() == directory.resolve()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def answers(holder: Holder) -> bool:
    """Return whether it takes a connection; one that was just killed does not, but is there."""
    try:
        psycopg.connect(holder.url).close()
    except psycopg.OperationalError:
        return False
    return True
