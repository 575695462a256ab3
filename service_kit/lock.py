# SPDX-License-Identifier: Apache-2.0
"""A lock between processes, held on a file: it goes with the process, however that ends."""

import fcntl
import os
from pathlib import Path
from typing import Final

_CLOSED: Final = -1


class FileLock:
    """A right to what a file stands for: one holder alone, or many who share it.

    Raises `OSError` where the file can be neither opened nor made.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    @property
    def is_open(self) -> bool:
        """Return whether it is still open."""
        return self._file != _CLOSED

    def take(self) -> bool:
        """Take it alone; return False while another process holds or shares it.

        A holder may take it again.
        """
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        """Take it together with others; wait while one holds it alone."""
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def release(self) -> None:
        """Release it; it can be taken again."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Release it for good; closing twice is harmless."""
        if self.is_open:
            os.close(self._file)
            self._file = _CLOSED
