# SPDX-License-Identifier: Apache-2.0
"""Whether events can be stored: what is in the way, space on the disk, regular maintenance."""

import errno
import os
import sqlite3
from enum import StrEnum
from pathlib import Path
from typing import Final

from processors.delivery.outbox import file, rows
from service_kit.http.problem import Unavailable

# What a full disk keeps for deliveries: settling a batch writes, and so does folding the WAL into
# the file. An outbox that filled its disk to the last page could not even be emptied.
SPARE_BYTES: Final = 8 * 1024 * 1024

# Free pages that are kept for the next outage's beginning, and how many go back to the disk at a
# time: moving them holds up all other writers.
_KEEP_PAGES: Final = 4096
_RETURN_PAGES: Final = 1024


Identity = tuple[int, int]


class StorageFault(StrEnum):
    """Why nothing can be stored right now: a code for readiness, the answer and the log.

    `OUTBOX_SHARE` concerns one caller alone.
    """

    OUTBOX_FULL = "outbox_full"
    DISK_FULL = "disk_full"
    DISK_ERROR = "disk_error"
    OUTBOX_LOCKED = "outbox_locked"
    OUTBOX_CORRUPT = "outbox_corrupt"
    OUTBOX_GONE = "outbox_gone"
    OUTBOX_SHARE = "outbox_share"


class OutboxUnavailable(Unavailable):
    """Nothing of the request was stored: answered 503 with Retry-After, and worth a retry."""

    def __init__(self, fault: StorageFault) -> None:
        super().__init__("The events cannot be stored right now.", code=fault)
        self.fault = fault


_BY_CODE: Final = {
    sqlite3.SQLITE_FULL: StorageFault.DISK_FULL,
    sqlite3.SQLITE_BUSY: StorageFault.OUTBOX_LOCKED,
    sqlite3.SQLITE_LOCKED: StorageFault.OUTBOX_LOCKED,
    sqlite3.SQLITE_CORRUPT: StorageFault.OUTBOX_CORRUPT,
    sqlite3.SQLITE_NOTADB: StorageFault.OUTBOX_CORRUPT,
}


def fault_of(error: Exception) -> StorageFault:
    """Return what stopped a commit; an unknown error counts as the disk's."""
    if isinstance(error, OutboxUnavailable):
        return error.fault
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFault.DISK_FULL
    return _BY_CODE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, StorageFault.DISK_ERROR)


def check_space(db: sqlite3.Connection, folder: Path, spare_bytes: int = SPARE_BYTES) -> None:
    """Raise `OutboxUnavailable` when the disk has only left what deliveries need."""
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    # Some virtual file systems count no blocks at all: there the write itself has to fail.
    if disk.f_blocks and free < spare_bytes and free + _free_inside(db) < spare_bytes:
        raise OutboxUnavailable(StorageFault.DISK_FULL)


def check_file(path: Path, identity: Identity) -> None:
    """Raise `OutboxUnavailable` when the file is not the one that was opened any more.

    SQLite would go on writing to a file that has been deleted, or moved away: nobody would ever
    read it, and the disk forgets it with the process.
    """
    try:
        is_same = identity_of(path) == identity
    except FileNotFoundError:
        is_same = False
    if not is_same:
        raise OutboxUnavailable(StorageFault.OUTBOX_GONE)


def identity_of(path: Path) -> Identity:
    """Return what tells a file from every other, whatever its name: (device, inode)."""
    status = path.stat()
    return status.st_dev, status.st_ino


def _free_inside(db: sqlite3.Connection) -> int:
    """Return the bytes of the file that delivered rows have left to new ones."""
    (pages,) = db.execute("PRAGMA freelist_count").fetchone()
    (page_size,) = db.execute("PRAGMA page_size").fetchone()
    return int(pages * page_size)


def maintain(
    db: sqlite3.Connection,
    oldest: float,
    *,
    keep_pages: int = _KEEP_PAGES,
    return_pages: int = _RETURN_PAGES,
) -> None:
    """Expire what was stored before a time, and return disk space after a long outage."""
    with file.transaction(db):
        rows.expire_older(db, oldest)
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    if free > keep_pages:
        # A script steps through to the end; `execute` would stop after the first page.
        db.executescript(f"PRAGMA incremental_vacuum({return_pages})")
