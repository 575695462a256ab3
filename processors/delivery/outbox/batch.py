# SPDX-License-Identifier: Apache-2.0
"""What the outbox hands to a sink, and what a sink answers."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from processors.delivery.outbox.events import StoredEvent, events
from processors.delivery.outbox.frames import FrameUnreadable


class Row(Struct, frozen=True):
    """Events that were stored together.

    `seq` numbers the rows in order, `events` is how many there are, `frames` is their zstd
    frames, `stored_at` is in seconds since 1970.
    """

    seq: int
    events: int
    frames: bytes
    stored_at: float = 0.0

    def decoded(self) -> list[StoredEvent]:
        """Read the events one by one, all of them; raises `FrameUnreadable`."""
        found = events(self.frames)
        if len(found) != self.events:
            raise FrameUnreadable
        return found


class Batch(Struct, frozen=True, dict=True):
    """Rows that a sink has not got yet.

    `after` is the number of the row before them, `rows` are in the order they were stored.
    """

    after: int
    rows: Sequence[Row]

    @cached_property
    def events(self) -> int:
        """Return how many events there are."""
        return sum(row.events for row in self.rows)

    @property
    def last(self) -> int:
        """Return the number of the last row."""
        return self.rows[-1].seq


class Receipt(Struct, frozen=True):
    """What became of a batch: every event of it is in one of the two.

    `delivered` counts what the other side has; `undeliverable` counts by (catalog event or "",
    reason code) what will never be delivered.
    """

    delivered: int
    undeliverable: Mapping[tuple[str, str], int] = {}
