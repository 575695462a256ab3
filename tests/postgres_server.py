# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL as operators run it: over TCP, with settings and logins of the test's choice."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from service_kit.postgres.account import Account
from service_kit.postgres.cluster import Cluster
from service_kit.postgres.log_settings import QUIET
from service_kit.postgres.programs import programs
from tests.services import free_port

# What an operator's server has where nobody changed it, in the place of the embedded one's.
FACTORY = dict.fromkeys(QUIET, "") | {
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "default",
    "log_min_error_statement": "error",
}


@dataclass(frozen=True)
class Server:
    """A running server."""

    cluster: Cluster
    port: int

    def url(self, database: str = "postgres", login: str = "postgres") -> str:
        """Give an address of it, over TCP."""
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run statements as the superuser, one by one; give the last one's rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def log(self) -> str:
        """Give everything that it logged."""
        return "".join(path.read_text("utf-8") for path in self.cluster.logs.glob("*.log"))


@contextmanager
def serving(settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Run a server on a port of 127.0.0.1 for the length of a `with` block."""
    folder = Path(tempfile.mkdtemp(prefix="telesift-test-"))
    folder.chmod(0o755)  # a pooler of the same account comes to its socket
    port = free_port()
    wanted = FACTORY | {"listen_addresses": "127.0.0.1", "port": str(port)} | dict(settings or {})
    directory = folder / "postgres"
    cluster = Cluster(directory, programs(), Account.of(directory), wanted)
    try:
        cluster.start()
        yield Server(cluster, port)
    finally:
        cluster.stop()
        shutil.rmtree(folder)


@contextmanager
def standby(primary: Server) -> Iterator[Server]:
    """Run a hot standby of a server, which is a copy of it until it is promoted."""
    folder = primary.cluster.directory.parent
    directory, port = folder / "standby", free_port()
    account = Account.of(folder / "postgres")
    directory.mkdir(mode=0o700)
    account.give(directory)
    copy = [str(programs() / "pg_basebackup"), "-R", "-c", "fast", "-D", str(directory)]
    command = account.command([*copy, "-d", primary.url()], programs(), directory)
    subprocess.run(command, check=True, capture_output=True, **account.as_user(command))
    settings = FACTORY | {"listen_addresses": "127.0.0.1", "port": str(port)}
    cluster = Cluster(directory, programs(), account, settings)
    try:
        cluster.start()
        yield Server(cluster, port)
    finally:
        cluster.stop()
