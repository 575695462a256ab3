# SPDX-License-Identifier: Apache-2.0
"""A PgBouncer in transaction mode, in front of a server: what most poolers do to a client."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.postgres_server import Server
from tests.services import free_port, wait_until

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")

CONFIG = """
[databases]
* = host=127.0.0.1 port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = {auth_type}
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 4
logfile = {folder}/log
pidfile = {folder}/pid
{more}
"""


def needed() -> str:
    """Give the program; skip the test where it is not there, fail it in CI."""
    if PROGRAM is None:
        assert os.environ.get("CI") != "true", "CI installs pgbouncer: make servers"
        pytest.skip("pgbouncer is not installed: make servers")
    return PROGRAM


@contextmanager
def pooling(
    server: Server,
    more: str = "",
    users: Mapping[str, str] | None = None,
    files: Mapping[str, Path] | None = None,
) -> Iterator[str]:
    """Run a pooler for the length of a `with` block; give its host and port.

    It takes everybody, or with `users` those with their passwords. To the server it is the
    superuser, on four connections that all clients share. `files` are settings that name files,
    copied to where its account can read them.
    """
    program, port = needed(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="telesift-test-"))
    auth_type = "plain" if users else "any"
    for setting, path in (files or {}).items():
        shutil.copy(path, folder / setting)
        more += f"\n{setting} = {folder / setting}"
    config = CONFIG.format(
        server=server.port, port=port, auth_type=auth_type, folder=folder, more=more
    )
    (folder / "ini").write_text(config)
    quoted = {name: value.replace('"', '""') for name, value in (users or {}).items()}
    (folder / "users").write_text("".join(f'"{n}" "{p}"\n' for n, p in quoted.items()))
    account = _account(folder)
    process = subprocess.Popen([program, "-q", str(folder / "ini")], **account)
    try:
        wait_until(lambda: _listens(port), 10, "the pooler")
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def _account(folder: Path) -> dict[str, int]:
    """Run as nobody where we are root: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    for path in (folder, *folder.iterdir()):
        os.chown(path, 65534, 65534)
    return {"user": 65534, "group": 65534}


def _listens(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://x:x@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError as error:
        return "refused" not in str(error)
    return True
