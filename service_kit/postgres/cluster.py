# SPDX-License-Identifier: Apache-2.0
"""A data directory of PostgreSQL, made and served by the wheel's programs.

Nothing here goes through a shell or depends on the environment's locale, and nothing that it
makes can be reached by other accounts.
"""

import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from service_kit.postgres.account import Account, EmbeddedPostgresFailed
from service_kit.postgres.holder import PORT, Holder, answers, serves
from service_kit.postgres.programs import INITDB, SETTINGS, VERSION, environment

_READY_SECONDS: Final = 60  # a recovery after a crash takes a while
_RETRIES: Final = 5
_RETRY_SECONDS: Final = 0.5
_LOG_SECONDS: Final = 6 * 24 * 3600
_LONGEST_SOCKET: Final = 103  # bytes; macOS has one less than 104, Linux 107
_SOCKET: Final = f".s.PGSQL.{PORT}"
_STOPS: Final = ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5))
"""How the server is asked to stop, and for how many seconds each time."""

_REFUSED: Final = re.compile(r"(?:FATAL|PANIC): +(.+)")
"""What the server says of itself before it serves; later each client's mistake is FATAL."""

_ENDED: Final = re.compile(
    r"(?:PANIC|FATAL|LOG): +((?:.*(?:terminated by signal|shutdown request|is shut down|lock file))"
    r"|could not .*)"
)


class Cluster:
    """The data directory, its server's process, and its log."""

    def __init__(
        self,
        directory: Path,
        programs: Path,
        account: Account,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`settings` are PostgreSQL's, on top of ours or in their place."""
        self.directory = directory
        self._settings = SETTINGS | dict(settings or {})
        self._programs = programs
        self._account = account
        self._process: subprocess.Popen[bytes] | None = None

    def holder(self) -> Holder | None:
        """Return who serves the directory; None where the file that names it was left behind."""
        try:
            lines = (self.directory / "postmaster.pid").read_text("utf-8", "surrogateescape")
            pid, _, _, port, sockets, *_, status = lines.splitlines()
        except (FileNotFoundError, ValueError):
            return None
        if self._process is not None:
            self._process.poll()  # a child of ours that ended is gone only when it was asked for
        if not serves(int(pid), self.directory):
            return None
        return Holder(int(pid), sockets, port, status.strip() == "ready")

    def start(self) -> Holder:
        """Start the server, in a directory that is made first where it is missing.

        Raises `EmbeddedPostgresFailed`, and `OSError` where a path cannot be used.
        """
        self._make()
        for attempt in range(_RETRIES):
            if attempt:
                time.sleep(_RETRY_SECONDS)
            self._spawn()
            if (holder := self.await_ready()) is not None:
                return holder
            if "still in use" not in (self.last_words() or ""):
                break  # else it was killed, and is gone when its children are
        raise self._failed(self.last_words() or self._first_words())

    def await_ready(self) -> Holder | None:
        """Return the server once it takes connections; None where it ended, or none is there."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            holder = self.holder()
            if holder is not None and holder.is_ready and answers(holder):
                return holder
            if holder is None and (self._process is None or self._process.poll() is not None):
                return None
            time.sleep(0.02)
        raise self._failed(f"it was not ready in {_READY_SECONDS} s, see {self.logs}")

    def stop(self) -> None:
        """Stop the server, the polite way first."""
        for number, seconds in _STOPS:
            holder = self.holder()
            if holder is None:
                break
            with suppress(ProcessLookupError):
                os.kill(holder.pid, number)
            self._await_end(seconds)
        with suppress(OSError):
            self._temporary_sockets().rmdir()

    @property
    def logs(self) -> Path:
        """The folder of the server's log."""
        return self.directory / "logs"

    def last_words(self) -> str | None:
        """Return the latest line of the log that tells why the server ended."""
        with suppress(OSError, ValueError):
            if told := _REFUSED.findall((self.logs / "start.log").read_text("utf-8", "replace")):
                return str(told[-1])
            newest = max(self.logs.glob("???.log"), key=lambda path: path.stat().st_mtime)
            if told := _ENDED.findall(newest.read_text("utf-8", "replace")):
                return str(told[-1])
        return None

    def _first_words(self) -> str:
        """Return what the program said that did not even come to log."""
        said = (self.logs / "start.log").read_text("utf-8", "replace").split()
        return " ".join(said) or f"it says nothing in {self.logs}"

    def _await_end(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.holder() is not None and time.monotonic() < deadline:
            time.sleep(0.02)

    def _failed(self, why: str) -> EmbeddedPostgresFailed:
        return EmbeddedPostgresFailed(
            f"the embedded PostgreSQL of {self.directory} did not start: {why};"
            " mend that, name another TELESIFT_DATA_DIR, or set DATABASE_URL"
        )

    def _make(self) -> None:
        version = self.directory / "PG_VERSION"
        if version.exists():
            if (made_by := version.read_text().strip()) != VERSION:
                raise self._failed(f"it was made by PostgreSQL {made_by}, and this is {VERSION}")
        elif self.directory.exists():  # empty, so perhaps a volume: made in its place
            self._initialise(self.directory)
        else:
            new = self.directory.with_name(f"{self.directory.name}.new")
            shutil.rmtree(new, ignore_errors=True)  # of an attempt that was killed
            new.mkdir(mode=0o700)
            self._initialise(new)
            new.rename(self.directory)

    def _initialise(self, directory: Path) -> None:
        self._account.give(directory)
        done = self._run("initdb", *INITDB, f"--pgdata={directory}")
        if done.returncode:
            words = done.stderr.decode("utf-8", "replace").split("initdb: error:")
            raise self._failed(" ".join(words[-1].split()))

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = self._command(program, *arguments)
        return subprocess.run(  # noqa: S603 - programs and paths of ours
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            cwd="/",
            env=environment(),
            **self._account.as_user(command),
        )

    def _spawn(self) -> None:
        sockets = self._sockets()
        # Both name a process that is gone, or a zombie, or by now another program.
        (self.directory / "postmaster.pid").unlink(missing_ok=True)
        (sockets / f"{_SOCKET}.lock").unlink(missing_ok=True)
        self._tidy_logs()
        quoted = '"{}"'.format(str(sockets).replace('"', '""'))
        settings = self._settings | {"unix_socket_directories": quoted}
        options = [f"--{name}={value}" for name, value in settings.items()]
        command = self._command("postgres", "-D", str(self.directory), *options)
        with (self.logs / "start.log").open("wb") as log:
            os.fchmod(log.fileno(), 0o600)
            self._account.give(self.logs / "start.log")
            self._process = subprocess.Popen(  # noqa: S603 - programs and paths of ours
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment(),
                start_new_session=True,  # Ctrl-C is not for it: whoever leaves last stops it
                **self._account.as_user(command),
            )

    def _command(self, program: str, *arguments: str) -> list[str]:
        path = self._programs / program
        return self._account.command([str(path), *arguments], path, self.directory)

    def _tidy_logs(self) -> None:
        (self.directory / "log").unlink(missing_ok=True)  # of earlier versions: whole statements
        if not self.logs.exists():
            self.logs.mkdir(mode=0o700)
            self._account.give(self.logs)
        for path in self.logs.glob("*.log"):
            if time.time() - path.stat().st_mtime > _LOG_SECONDS:
                path.unlink()

    def _sockets(self) -> Path:
        """Return a directory that is ours alone, and whose path a socket's name has room for."""
        path = os.fsencode(self.directory / _SOCKET)
        if len(path) <= _LONGEST_SOCKET and b"," not in path:  # clients read a list of hosts
            return self.directory
        directory = self._temporary_sockets()
        self._keep_private(directory.parent)
        self._keep_private(directory)
        return directory

    def _temporary_sockets(self) -> Path:
        name = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:10]
        return Path(tempfile.gettempdir(), f"telesift-{self._account.uid}", name)

    def _keep_private(self, directory: Path) -> None:
        with suppress(FileExistsError):
            directory.mkdir(mode=0o700)
            self._account.give(directory)
        found = directory.lstat()
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid == self._account.uid
        if not ours or found.st_mode & 0o077:
            raise self._failed(f"{directory} is not a directory of uid {self._account.uid} alone")
