# SPDX-License-Identifier: Apache-2.0
"""A sink's courier, and whoever must change rows, keep out of each other's way."""

import fcntl
import os
from pathlib import Path

from processors.delivery import store


class Claim:
    """The right to what is stored for one sink: a courier's while a batch is on its way.

    A lock on a file, so that it goes with the process that held it, however that ends.
    """

    def __init__(self, data_dir: Path, sink: str) -> None:
        path = store.folder(data_dir) / f"{sink}.lock"
        self._lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def take(self) -> bool:
        """Take it unless somebody else has it; taking it again is harmless."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give it back."""
        fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give it back for good."""
        os.close(self._lock)
