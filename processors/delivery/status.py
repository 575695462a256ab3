# SPDX-License-Identifier: Apache-2.0
"""What the outbox holds right now, and whom it waits for."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from processors.delivery import store
from processors.delivery.ledger import SinkAccount, sink_accounts


class Status(Struct, frozen=True):
    """The backlog of all sinks together: it counts an event once, however many still want it.

    `bytes` is the compressed payload; `oldest_age_seconds` is None for an empty outbox.
    """

    rows: int
    events: int
    bytes: int
    oldest_age_seconds: float | None
    sinks: tuple[SinkAccount, ...]


def read(data_dir: Path, clock: Callable[[], float] = time.time) -> Status:
    """Read the status in one snapshot; works while services run.

    Raises `sqlite3.Error` where there is no outbox.
    """
    with closing(store.connect_read_only(store.file(data_dir))) as db:
        db.execute("BEGIN")
        count, events, size = db.execute(
            "SELECT count(*), coalesce(sum(events), 0), coalesce(sum(bytes), 0) FROM row"
        ).fetchone()
        oldest = db.execute("SELECT stored_at FROM row ORDER BY seq LIMIT 1").fetchone()
        # A clock that stepped back must not show a negative age.
        age = max(0.0, clock() - oldest[0]) if oldest else None
        return Status(count, events, size, age, sink_accounts(db))
