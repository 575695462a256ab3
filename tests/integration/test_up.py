# SPDX-License-Identifier: Apache-2.0
"""`telesift up`, as a newcomer uses it: start, paste the curl, see the event, Ctrl-C."""

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import falcon
import psutil
import pytest
import requests

from telesift.local_stack import COLLECTOR, DASHBOARD, PROCESSOR, PSR, VAULT
from telesift.processes import Service, Stack, StartFailed, StopSignals, _end
from tests.e2e.test_vault_api import DEMO
from tests.service_kit.apps import listening
from tests.services import TELESIFT, wait_until

START_SECONDS = 120


@pytest.fixture
def the_ports() -> Iterator[None]:
    """Have the stack's fixed ports for oneself: test processes on one machine take turns."""
    with (Path(tempfile.gettempdir()) / "telesift-test-ports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all(map(is_free, (VAULT, PROCESSOR, PSR, DASHBOARD, COLLECTOR))):
            pytest.skip("the stack's ports are in use: `make up` runs here, too")
        yield


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that PostgreSQL's own account may enter; pytest's are closed to it."""
    with tempfile.TemporaryDirectory(prefix="telesift-up-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.usefixtures("the_ports")
def test_the_stack_starts_takes_the_printed_curl_and_leaves_nothing_behind(folder: Path) -> None:
    """One command, one paste, one JSON line, one sign-in; Ctrl-C ends every process of it."""
    out, err = folder / "out", folder / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("TELESIFT_", "OTEL_"))}
        up = subprocess.Popen(
            [TELESIFT, "up"], cwd=folder, env=environ, stdout=stdout, stderr=stderr
        )
    try:
        wait_until(
            lambda: "Telesift is up" in err.read_text() or up.poll() is not None,
            START_SECONDS,
            "the stack to start",
        )
        assert up.poll() is None, err.read_text()
        started = psutil.Process(up.pid).children(recursive=True)
        curl = re.search(r"^  curl (?:.*\\\n)*.*$", err.read_text(), re.MULTILINE)
        assert curl is not None, err.read_text()
        answer = subprocess.run(["bash", "-c", curl[0]], capture_output=True, check=True).stdout
        wait_until(lambda: out.read_text().endswith("\n"), 20, "the event's line")
        seen = {name: dashboard_seen_by(name) for name in DEMO}
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(60)
    assert 1 == json.loads(answer)["accepted"]
    assert "vault.search_performed" == json.loads(out.read_text().splitlines()[0])["event"]
    assert {"ada": 403, "grace": 200} == seen
    assert 0 == up.returncode
    _, alive = psutil.wait_procs(started, timeout=20)
    assert [] == alive


def dashboard_seen_by(name: str) -> int:
    """Sign in at the vault, then look at the dashboard with the same cookie."""
    browser = requests.Session()
    form = {"name": name, "password": DEMO[name]}
    browser.post(f"{VAULT}/sign-in", json=form, timeout=10).raise_for_status()
    return browser.get(f"{DASHBOARD}/api/balance", timeout=10).status_code


def start_up(folder: Path, *more: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start `telesift up` in a folder; its words go to a file `err` in it.

    Signals reach it, also where whoever runs the tests ignores them (nohup, a shell's `&`).
    """
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("TELESIFT_", "OTEL_"))}
    with (folder / "err").open("ab") as stderr:
        return subprocess.Popen(
            [TELESIFT, "up", *more],
            cwd=folder,
            env=environ | options.pop("env", {}),
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            preexec_fn=_heed_signals,  # noqa: PLW1509 - nothing but system calls
            **options,
        )


def _heed_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.usefixtures("the_ports")
def test_it_says_who_holds_the_directory_and_that_postgresql_died(folder: Path) -> None:
    """A second one ends at once; the first one when its database is killed. A line for each."""
    up = start_up(folder)
    try:
        wait_until(
            lambda: "Telesift is up" in (folder / "err").read_text() or up.poll() is not None,
            START_SECONDS,
            "the stack to start",
        )
        assert up.poll() is None, (folder / "err").read_text()
        second = start_up(folder)
        assert 1 == second.wait(20)
        told = (folder / "err").read_text().splitlines()[-1]
        assert f"held by another telesift up, process {up.pid};" in told
        postmaster = folder / ".telesift/postgres/postmaster.pid"
        os.kill(int(postmaster.read_text().split()[0]), signal.SIGKILL)
        assert 1 == up.wait(60)
    finally:
        if up.poll() is None:
            up.send_signal(signal.SIGINT)
            up.wait(60)
    told = (folder / "err").read_text().splitlines()[-1]
    assert told.startswith("error: PostgreSQL ended: ")


def is_free(url: str) -> bool:
    """Return whether nothing listens at an address."""
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


@pytest.mark.usefixtures("the_ports")
@pytest.mark.parametrize(
    "numbers",
    [
        [signal.SIGHUP],
        [signal.SIGTERM],
        [signal.SIGINT, signal.SIGINT],
        [signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGINT],
        [signal.SIGKILL],
    ],
    ids=lambda numbers: "-".join(number.name for number in numbers),
)
def test_however_it_ends_no_process_and_no_port_is_left(
    folder: Path, numbers: list[signal.Signals]
) -> None:
    """A closed terminal, an impatient user, and even SIGKILL leave nothing behind."""
    up = start_up(folder)
    try:
        wait_until(
            lambda: "Telesift is up" in (folder / "err").read_text() or up.poll() is not None,
            START_SECONDS,
            "the stack to start",
        )
        assert up.poll() is None, (folder / "err").read_text()
        started = psutil.Process(up.pid).children(recursive=True)
        for number in numbers:
            up.send_signal(number)
            time.sleep(0.3)
        up.wait(90)
    finally:
        up.kill()
    _, alive = psutil.wait_procs(started, timeout=60)
    try:
        assert [] == [process.name() for process in alive if process.is_running()]
        assert all(map(is_free, (VAULT, PROCESSOR, PSR, DASHBOARD, COLLECTOR)))
    finally:
        for process in alive:
            process.kill()


def test_a_stop_that_takes_too_long_is_cut_short_by_a_second_signal(tmp_path: Path) -> None:
    """A service that ignores SIGTERM is killed with its group once the user asks again."""
    signals = StopSignals()
    deaf = "import signal,time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"
    script = f"{deaf}; time.sleep(600)"
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    signals.hold()
    signals._receive()
    began = time.monotonic()
    _end(process, signals)
    assert time.monotonic() - began < 5
    assert -signal.SIGKILL == process.returncode


class Ready:
    """Another stack's service, which is ready."""

    def on_get(self, _: falcon.Request, resp: falcon.Response) -> None:
        """Answer 200."""
        resp.media = {}


def test_another_stacks_service_does_not_pass_for_ours(tmp_path: Path) -> None:
    """The line names who cannot start, and where something answers already."""
    app = falcon.App()
    app.add_route("/readyz", Ready())
    with listening(app) as url, Stack(tmp_path / "log", lambda: None, StopSignals()) as stack:
        service = Service("psr", ["sleep", "60"], f"{url}/readyz")
        with pytest.raises(StartFailed, match=f"psr cannot start: .* at {url}/readyz; stop"):
            stack.start(service)
