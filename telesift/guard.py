# SPDX-License-Identifier: Apache-2.0
"""Stops the embedded PostgreSQL of a `telesift up` that was killed.

The server belongs to all who share its data directory, so it cannot simply end with the process
that started it. A guard is one more user, in a process of its own, and leaves when `up` has gone:
the end of its standard input tells, however `up` ended.
"""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, Self

from service_kit.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresFailed

_ORDERLY: Final = b"."
"""What `up` says when it ends by itself: by then it has given up its own share."""

_LOOK_SECONDS: Final = 1
_POLL_SECONDS: Final = 0.05
_END_SECONDS: Final = 60  # more than the server takes to end, at its slowest


class Guard:
    """The guard's process, as `telesift up` sees it; a context manager."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            # -P: or a module in the folder that `up` is called in could come first
            [sys.executable, "-P", "-m", __name__, str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # `up` itself says what is wrong with the directory
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._process.communicate(_ORDERLY, timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def main() -> None:
    """Hold a share in the server of a directory until standard input ends."""
    parent = os.getppid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        postgres = EmbeddedPostgres(Path(sys.argv[1]))
    except EmbeddedPostgresFailed:
        sys.exit(1)
    with postgres:
        while not select.select([sys.stdin], [], [], _LOOK_SECONDS)[0]:
            postgres.died()  # reaps the server where it is a child of ours
        if sys.stdin.buffer.read(1) != _ORDERLY:
            _await_end_of(parent)


def _await_end_of(parent: int) -> None:
    """Wait until a killed parent has given up its own share, which comes after its pipes."""
    deadline = time.monotonic() + _END_SECONDS
    while os.getppid() == parent and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


if __name__ == "__main__":
    main()
