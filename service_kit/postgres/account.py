# SPDX-License-Identifier: Apache-2.0
"""Who the embedded server runs as: ourselves, or another account where we are root.

PostgreSQL refuses to run as root. The other account may not be able to reach a data directory or
programs below root's home; no mode is widened for it, it is lent the right to pass.
"""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_NAME: Final = "pgserver"
_CAPABILITY: Final = "dac_read_search"  # reads and passes everything, writes nothing more
_CAPABILITY_BIT: Final = 2


class EmbeddedPostgresFailed(Exception):
    """The embedded server cannot run here; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who owns the data directory and runs the server; `is_other` where root starts it."""

    uid: int
    gid: int
    is_other: bool

    @classmethod
    def of(cls, directory: Path) -> "Account":
        """Return ourselves; for root the owner of the directory, or else an account for this."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), is_other=False)
        found = directory.stat() if directory.is_dir() else None
        if found and found.st_uid != 0:
            return cls(found.st_uid, found.st_gid, is_other=True)
        entry = _entry()
        return cls(entry.pw_uid, entry.pw_gid, is_other=True)

    def give(self, path: Path) -> None:
        """Make the account the owner of a path that root made."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def command(self, argv: Sequence[str], *needed: Path) -> list[str]:
        """Return a command that runs as the account; raises where it cannot reach what it needs.

        `needed` are the files and directories that it must be able to come to.
        """
        blocked = next(self._blocking(needed), None) if self.is_other else None
        if blocked is None:
            return list(argv)
        if not _may_lend():
            raise EmbeddedPostgresFailed(
                f"PostgreSQL does not run as root, and the account that it runs as (uid {self.uid})"
                f" may not pass {blocked}; keep the data elsewhere with TELESIFT_DATA_DIR"
                " (telesift up --data-dir), use another account than root, or set DATABASE_URL"
            )
        # `env` has the capability once it runs, and so can come to the program.
        lend = [f"--inh-caps=+{_CAPABILITY}", f"--ambient-caps=+{_CAPABILITY}"]
        ids = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        return ["setpriv", *ids, *lend, "env", *argv]

    def as_user(self, command: Sequence[str]) -> Mapping[str, Any]:
        """Return the arguments that make `subprocess` run a command of `command` as the account."""
        if not self.is_other or command[0] == "setpriv":
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def _blocking(self, needed: Iterable[Path]) -> Iterator[Path]:
        for path in needed:
            yield from (parent for parent in path.resolve().parents if not self._may_pass(parent))

    def _may_pass(self, directory: Path) -> bool:
        found = directory.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def _may_lend() -> bool:
    status = Path("/proc/self/status")
    if shutil.which("setpriv") is None or not status.is_file():
        return False
    held = next(line for line in status.read_text().splitlines() if line.startswith("CapEff"))
    return bool(int(held.split()[1], 16) >> _CAPABILITY_BIT & 1)


def _entry() -> pwd.struct_passwd:
    """Return the account for this, made where it is missing: initdb wants one with a name."""
    try:
        return pwd.getpwnam(_NAME)
    except KeyError:
        pass
    make = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _NAME]
    try:
        subprocess.run(make, check=True, capture_output=True)  # noqa: S603 - names of ours
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedPostgresFailed(
            f"PostgreSQL does not run as root, and no account {_NAME} could be made for it;"
            " use another account than root, or set DATABASE_URL"
        ) from error
    return pwd.getpwnam(_NAME)
