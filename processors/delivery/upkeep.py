# SPDX-License-Identifier: Apache-2.0
"""What the outbox needs now and then, besides being filled and emptied."""

import sqlite3
from typing import Final

from processors.delivery import rows, store

# Free pages that are kept for the next outage's beginning, and how many go back to the disk at a
# time: moving them holds up whoever wants to write.
_KEEP_PAGES: Final = 4096
_RETURN_PAGES: Final = 1024


def upkeep(db: sqlite3.Connection, oldest: float) -> None:
    """Expire what was stored before a time, and give disk space back after a long outage."""
    with store.transaction(db):
        rows.expire_older(db, oldest)
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    if free > _KEEP_PAGES:
        # A script steps through to the end; `execute` would stop after the first page.
        db.executescript(f"PRAGMA incremental_vacuum({_RETURN_PAGES})")
