# SPDX-License-Identifier: Apache-2.0
"""What a sink is: takes batches of stored events, and says honestly what became of them.

A new sink is a module beside this one with a class that satisfies `Sink`, a row in `_OPEN` and a
name in `service_kit.settings.Sink`.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Final, Protocol

from msgspec import Struct

from processors.delivery.events import StoredEvent, events
from processors.delivery.frames import FrameUnreadable, export_request
from service_kit.settings import Settings
from service_kit.settings import Sink as SinkName


class Row(Struct, frozen=True):
    """Events that were stored together: how many, their zstd frames, and when (epoch seconds)."""

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
    """Rows in the order they were stored; `after` is the number of the row before them."""

    after: int
    rows: Sequence[Row]

    @cached_property
    def events(self) -> int:
        """How many events there are."""
        return sum(row.events for row in self.rows)

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.rows[-1].seq


def export_body(rows: Sequence[Row]) -> bytes:
    """Make one zstd-encoded OTLP/JSON request of rows, without decoding any."""
    return export_request(row.frames for row in rows)


class Receipt(Struct, frozen=True):
    """What became of a batch: every event of it is in one of the two.

    `undeliverable` counts by (catalog event or "", reason code) what will never be delivered.
    """

    delivered: int
    undeliverable: Mapping[tuple[str, str], int] = {}


class Retry(Exception):
    """The batch cannot be delivered now and is to be offered again, the same or a longer one.

    `reason` is a code of ours; `after_seconds` is what the other side asked for, if it did.
    """

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_seconds = after_seconds


class Sink(Protocol):
    """Where events go; its courier calls it from one thread, one batch at a time."""

    name: str

    def deliver(self, batch: Batch) -> Receipt:
        """Hand a batch over and return when the other side has it; raises `Retry`.

        It may come again after a crash: what can be told apart by id should be.
        """

    def close(self) -> None:
        """Let go of connections; called once, by the courier's thread."""


def open_sinks(settings: Settings) -> list[Sink]:
    """Make the sinks that TELEMETRY_SINK lists; each connects when it first delivers."""
    return [_OPEN[name](settings) for name in settings.telemetry_sink]


def _logs(_: Settings) -> Sink:
    from processors.delivery.sinks.log import LogSink

    return LogSink()


def _otlp(_: Settings) -> Sink:
    from processors.delivery.sinks.otlp import OtlpSink
    from processors.delivery.sinks.otlp_target import target

    return OtlpSink(target(os.environ))


def _db(settings: Settings) -> Sink:
    from processors.delivery.events_table.opening import open_database
    from processors.delivery.sinks.database import DatabaseSink

    return DatabaseSink(partial(open_database, settings), settings.telemetry_retention_days)


# A sink's libraries are only imported where it is used.
_OPEN: Final[Mapping[SinkName, Callable[[Settings], Sink]]] = {
    SinkName.LOGS: _logs,
    SinkName.DB: _db,
    SinkName.OTLP: _otlp,
}
