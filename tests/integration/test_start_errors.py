# SPDX-License-Identifier: Apache-2.0
"""A service that cannot start says why in its last line, with a way out and without a traceback."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from processors.catalog.document import CatalogError
from processors.catalog.model import Source
from processors.delivery.outbox import opening
from processors.delivery.outbox.health import OutboxUnavailable, StorageFault
from telesift.server import address
from telesift.start_errors import explain
from tests.services import TELESIFT, environment, free_port

# Root passes by all modes, unless it lacks these two capabilities.
AS_ANYBODY = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
)
may_be_anybody = pytest.mark.skipif(
    bool(AS_ANYBODY) and shutil.which("setpriv") is None, reason="root, and no setpriv"
)


def run(argv: list[str], data_dir: Path, **env: str) -> tuple[int, list[str]]:
    """Run a command that must end by itself; return its exit code and its lines on stderr."""
    kept = {"PYTHONPATH": path} if (path := os.environ.get("PYTHONPATH")) else {}
    ended = subprocess.run(
        argv,
        env=environment(data_dir) | kept | env,
        cwd=data_dir.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stderr.splitlines()


def serve(data_dir: Path, service: str = "processor", **env: str) -> tuple[int, str]:
    """Start a service in vain; return its exit code and its last line."""
    argv = [*AS_ANYBODY, TELESIFT, "serve", service, f"--port={free_port()}"]
    code, lines = run(argv, data_dir, **env)
    assert not any("Traceback" in line for line in lines), lines
    assert 1 == sum(line.startswith("telesift: ") for line in lines), lines
    return code, lines[-1]


def a_file(data_dir: Path) -> str:
    data_dir.write_text("")
    return f"{data_dir}: not a directory"


def a_read_only_directory(data_dir: Path) -> str:
    data_dir.mkdir(mode=0o555)
    return f"{data_dir}: this account (uid {os.geteuid()}) has no right"


def a_closed_outbox(data_dir: Path) -> str:
    (data_dir / "outbox").mkdir(parents=True, mode=0o700)
    (data_dir / "outbox").chmod(0)
    return f"{data_dir}/outbox"


def a_short_secret(data_dir: Path) -> str:
    data_dir.mkdir()
    (data_dir / "hash.secret").write_bytes(b"short")
    return f"{data_dir}/hash.secret is damaged"


def a_newer_outbox(data_dir: Path) -> str:
    opening.open_outbox(data_dir, ["logs"]).close()
    with closing(sqlite3.connect(data_dir / "outbox/outbox.db")) as db:
        db.execute("PRAGMA user_version = 99")
    return f"the outbox was written by a newer Telesift: {data_dir}; start that version"


@may_be_anybody
@pytest.mark.parametrize(
    "spoil", [a_read_only_directory, a_closed_outbox, a_short_secret, a_newer_outbox]
)
def test_a_spoilt_data_directory_is_named_with_a_way_out(tmp_path: Path, spoil: Any) -> None:
    """One line: the path, the reason, what to do; exit 1, and no worker is tried again."""
    told = spoil(tmp_path / "data")
    code, line = serve(tmp_path / "data")
    assert 1 == code
    assert line.startswith(f"telesift: {told}"), line
    assert "; " in line, line


def test_a_file_in_the_place_of_the_data_directory_is_a_bad_setting(tmp_path: Path) -> None:
    """The line names the variable: exit 2, as for every setting."""
    (tmp_path / "data").touch()
    code, line = serve(tmp_path / "data")
    assert 2 == code
    assert "TELESIFT_DATA_DIR" in line


def test_an_unwritable_page_is_one_line(tmp_path: Path) -> None:
    """What a command writes may have a bad path, too."""
    opening.open_outbox(tmp_path / "data", ["logs"]).close()
    argv = [TELESIFT, "report", "rejections", f"--html={tmp_path}/none/page.html"]
    code, lines = run(argv, tmp_path / "data")
    assert (1, 1) == (code, len(lines)), lines
    assert f"telesift: {tmp_path}/none/page.html: No such file or directory; check" in lines[0]


@may_be_anybody
def test_a_directory_of_another_account_is_named(tmp_path: Path) -> None:
    """Whoever is not its owner learns which directory that is about."""
    if not AS_ANYBODY:
        pytest.skip("only root can give a directory away")
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    os.chown(data_dir, 12345, 12345)
    code, line = serve(data_dir)
    assert (1, True) == (code, f"{data_dir}: this account (uid 0) has no right" in line), line


def another_accounts(data_dir: Path) -> str:
    data_dir.mkdir(mode=0o700)
    os.chown(data_dir, 12345, 12345) if AS_ANYBODY else data_dir.chmod(0)
    return f"{data_dir}"


def a_file_for_a_log(data_dir: Path) -> str:
    data_dir.mkdir()
    (data_dir / "log").write_text("")
    return f"{data_dir}/log: not a directory"


@may_be_anybody
@pytest.mark.parametrize(
    "spoil", [a_file, a_read_only_directory, another_accounts, a_file_for_a_log]
)
def test_up_names_the_path_before_it_starts_anything(tmp_path: Path, spoil: Any) -> None:
    """One line on the directory, the reason and the way out."""
    told = spoil(tmp_path / "data")
    code, lines = run([*AS_ANYBODY, TELESIFT, "up"], tmp_path / "data")
    assert (1, 1) == (code, len(lines)), lines
    assert lines[0].startswith(f"error: {told}")
    assert "(telesift up: --data-dir)" in lines[0]


@may_be_anybody
@pytest.mark.parametrize("command", ["outbox status", "ledger", "report rejections"])
@pytest.mark.parametrize(
    "spoil", [a_file, a_read_only_directory, another_accounts, a_closed_outbox]
)
def test_a_command_that_looks_says_why_it_cannot(tmp_path: Path, spoil: Any, command: str) -> None:
    """One line, which names the path."""
    spoil(tmp_path / "data")
    argv = [*AS_ANYBODY, TELESIFT, *command.split()]
    code, lines = run(argv, tmp_path / "data")
    assert (1, 1) == (code, len(lines)), lines
    assert lines[0].startswith(f"telesift: no readable outbox in {tmp_path}/data: ")
    assert "; " in lines[0]


def test_an_outbox_in_use_for_other_sinks_is_told_with_the_settings_own_name(
    tmp_path: Path,
) -> None:
    """The line names variables that exist."""
    with closing(opening.open_outbox(tmp_path / "data", ["logs", "otlp"])):
        code, line = serve(tmp_path / "data")
    assert 1 == code
    assert "logs,otlp" in line
    assert " TELEMETRY_SINK" in line


@pytest.mark.parametrize(
    ("service", "variable"), [("psr", "DATABASE_URL"), ("dashboard", "DASHBOARD_DATABASE_URL")]
)
def test_production_without_a_database_names_the_variable(
    tmp_path: Path, service: str, variable: str
) -> None:
    """Also where it is only found out in a worker."""
    env = {
        "ENVIRONMENT": "production",
        "AUTH_MODE": "session",
        "AUTH_ME_URL": "https://host.example/me",
        "AUTH_DEV_TOKENS": "",
        "ALLOWED_ORIGINS": "https://host.example",
    }
    code, line = serve(tmp_path / "data", service, **env)
    assert 0 != code
    assert f"telesift: {variable} is required" in line


@contextmanager
def taken_port() -> Iterator[int]:
    """Listen on a port."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.mark.parametrize(
    ("host", "ports", "why"),
    [
        ("127.0.0.1", taken_port, "is taken by another process"),
        ("192.0.2.1", lambda: nullcontext(45_901), "is no address of this machine"),
        ("no-such-host.invalid", lambda: nullcontext(45_901), "is no address of this machine"),
    ],
)
def test_an_unusable_address_is_named_with_a_way_out(
    tmp_path: Path, host: str, ports: Any, why: str
) -> None:
    """One line and nothing else, before any worker is started."""
    with ports() as port:
        argv = [TELESIFT, "serve", "processor", f"--port={port}"]
        code, lines = run(argv, tmp_path / "data", TELESIFT_HOST=host)
    assert (1, 1) == (code, len(lines)), lines
    assert lines[0].startswith(f"telesift: {host}:{port} {why}: ")


def test_a_restart_waits_for_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is just being ended may still hold the port for a moment."""
    with taken_port() as port:
        pass
    holder = socket.socket()
    holder.bind(("127.0.0.1", port))
    holder.listen()
    monkeypatch.setattr("telesift.server.address.time.sleep", lambda _: holder.close())
    address.check("127.0.0.1", port)


UNKNOWN = """
import sys
from service_kit.settings import ServiceSettings
from service_kit.telemetry import logs
from telesift.server import GunicornServer
logs.configure(ServiceSettings())
def create():
    raise ValueError("a-value-received")
GunicornServer(create, {"bind": "127.0.0.1:0", "workers": 2}).run()
"""


def test_an_unknown_error_is_logged_by_its_type_and_never_quoted(tmp_path: Path) -> None:
    """gunicorn prints a message that may quote anything; here there is the type and the place."""
    code, lines = run([sys.executable, "-c", UNKNOWN], tmp_path / "data")
    text = "\n".join(lines)
    assert 1 == code
    assert "a-value-received" not in text
    assert "service.not_started" in text
    assert "ValueError" in text
    assert lines[-1].startswith("telesift: the service did not start")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OutboxUnavailable(StorageFault.DISK_FULL), "/data cannot be opened: the disk is full"),
        (OutboxUnavailable(StorageFault.DISK_ERROR), "/data cannot be opened: the disk fails"),
        (CatalogError(Source("events/a.yaml", 3), "wrong"), "does not load: events/a.yaml:3"),
        (OSError(28, "no space", "/data/x"), "the disk is full"),
        (OSError(30, "read-only", "/data/x"), "Read-only file system"),
    ],
)
def test_each_known_error_has_its_line(error: Exception, words: str) -> None:
    """What no test can bring about is explained all the same."""
    line = explain(error, Path("/data"))
    assert line is not None
    assert words in line


def test_an_unknown_error_has_no_line() -> None:
    """Its message may hold anything."""
    assert explain(ValueError("a-value-received"), Path("/data")) is None
