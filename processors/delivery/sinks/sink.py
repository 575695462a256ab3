# SPDX-License-Identifier: Apache-2.0
"""What a sink is: it takes batches of stored events, and answers with what became of them."""

from enum import StrEnum
from typing import Protocol

from processors.delivery.outbox.batch import Batch, Receipt


class SinkName(StrEnum):
    """The sinks that there are, as TELEMETRY_SINK lists them."""

    LOGS = "logs"
    DB = "db"
    OTLP = "otlp"


class Retry(Exception):
    """The batch cannot be delivered now and is to be offered again, the same or a longer one.

    `reason` is a code of ours; `after_seconds` is what the other side asked for, if it did.
    """

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_seconds = after_seconds


class Sink(Protocol):
    """Where events go; its relay calls it from one thread, one batch at a time."""

    name: str

    def deliver(self, batch: Batch) -> Receipt:
        """Deliver a batch and return when the other side has it; raises `Retry`.

        It may come again after a crash: what can be told apart by id should be.
        """

    def close(self) -> None:
        """Close connections; called once, by the relay's thread."""
