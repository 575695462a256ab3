# SPDX-License-Identifier: Apache-2.0
"""Whether the disk has room for more events, and still enough to deliver those that it has."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from processors.delivery.trouble import OutboxUnavailable, Trouble

# What a full disk keeps for deliveries: settling a batch writes, and so does folding the WAL into
# the file. An outbox that filled its disk to the last page could not even be emptied.
SPARE_BYTES: Final = 8 * 1024 * 1024


def check_room(db: sqlite3.Connection, folder: Path) -> None:
    """Raise `OutboxUnavailable` when the disk has only left what deliveries need."""
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    # Some virtual file systems count no blocks at all: there the write itself has to tell.
    if disk.f_blocks and free < SPARE_BYTES and free + _free_inside(db) < SPARE_BYTES:
        raise OutboxUnavailable(Trouble.DISK_FULL)


def _free_inside(db: sqlite3.Connection) -> int:
    """Give the bytes of the file that delivered rows have left to new ones."""
    (pages,) = db.execute("PRAGMA freelist_count").fetchone()
    (page_size,) = db.execute("PRAGMA page_size").fetchone()
    return int(pages * page_size)
