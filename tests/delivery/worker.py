# SPDX-License-Identifier: Apache-2.0
"""A worker process without the web: stores events, delivers them, or both.

    python -m tests.delivery.worker DATA_DIR append|deliver|both

Prints the ids of each stored request once `append` has returned.
Delivers into the file DATA_DIR/delivered, one line per event: the process's id and the event's.
"""

import asyncio
import os
import sys
import threading
from pathlib import Path

import uvloop

from processors.delivery.leader import Leader
from processors.delivery.outbox.batch import Batch, Receipt
from tests.delivery.samples import append, new_ids, open_outbox

CLIENTS = 8
EVENTS = 3


class FileSink:
    """Appends to a file that several processes share."""

    name = "logs"

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def deliver(self, batch: Batch) -> Receipt:
        """Write a line for each event."""
        for row in batch.rows:
            for event in row.decoded():
                os.write(self._descriptor, f"{os.getpid()} {event.id}\n".encode())
        return Receipt(batch.events)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


async def work(data_dir: Path, role: str) -> None:
    """Store events without a pause until the process is killed."""
    leader = Leader(data_dir, [FileSink(data_dir / "delivered")], max_age_seconds=3600)
    outbox = open_outbox(data_dir, on_stored=leader.notify)
    if role != "append":
        leader.start()
    if role != "deliver":
        await asyncio.gather(*(client(outbox) for _ in range(CLIENTS)))
    threading.Event().wait()


async def client(outbox: object) -> None:
    """Store one request after the other, and print its ids when it is on disk."""
    while True:
        ids = new_ids(EVENTS)
        await append(outbox, ids)  # type: ignore[arg-type]
        os.write(1, f"{' '.join(ids)}\n".encode())


if __name__ == "__main__":
    uvloop.run(work(Path(sys.argv[1]), sys.argv[2]))
