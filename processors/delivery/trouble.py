# SPDX-License-Identifier: Apache-2.0
"""Why nothing can be stored right now."""

import errno
import sqlite3
from enum import StrEnum
from typing import Final

from service_kit.problem import Unavailable


class Trouble(StrEnum):
    """A reason code for readiness, the answer and the log."""

    OUTBOX_FULL = "outbox_full"
    DISK_FULL = "disk_full"
    DISK_ERROR = "disk_error"
    OUTBOX_LOCKED = "outbox_locked"
    OUTBOX_CORRUPT = "outbox_corrupt"


class OutboxUnavailable(Unavailable):
    """Nothing of the request was stored: answered 503 with Retry-After, and worth a retry."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__("The events cannot be stored right now.", code=trouble)
        self.trouble = trouble


_BY_CODE: Final = {
    sqlite3.SQLITE_FULL: Trouble.DISK_FULL,
    sqlite3.SQLITE_BUSY: Trouble.OUTBOX_LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.OUTBOX_LOCKED,
    sqlite3.SQLITE_CORRUPT: Trouble.OUTBOX_CORRUPT,
    sqlite3.SQLITE_NOTADB: Trouble.OUTBOX_CORRUPT,
}


def trouble_of(error: Exception) -> Trouble:
    """Name what stopped a commit; what is not known counts as the disk's."""
    if isinstance(error, OutboxUnavailable):
        return error.trouble
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Trouble.DISK_FULL
    return _BY_CODE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, Trouble.DISK_ERROR)
