# SPDX-License-Identifier: Apache-2.0
"""Events as the pipeline writes them, and sinks that remember what they got."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import inf
from pathlib import Path
from typing import Any

from msgspec import json

from processors.delivery.outbox.batch import Batch, Receipt
from processors.delivery.outbox.frames import compress
from processors.delivery.outbox.ledger import Tally
from processors.delivery.outbox.outbox import Bounds, Outbox
from processors.delivery.outbox.shares import Owner

USER = "11111111-1111-4111-8111-111111111111"
ANYBODY = Owner(1, inf)
"""Somebody who may push out everybody."""

TIME_NS = 1_763_890_000_123_456_789


def new_ids(count: int) -> list[str]:
    """Make event ids."""
    return [str(uuid.uuid4()) for _ in range(count)]


def log_record(uid: str, **more: str) -> dict[str, Any]:
    """Return one accepted event as the pipeline writes it."""
    attributes = {"log.record.uid": uid, "user.id": USER, "session.id": "s-1"} | more
    return {
        "timeUnixNano": str(TIME_NS),
        "observedTimeUnixNano": str(TIME_NS),
        "severityNumber": 9,
        "eventName": "tags.added",
        "attributes": [
            *({"key": key, "value": {"stringValue": value}} for key, value in attributes.items()),
            {"key": "count", "value": {"intValue": "3"}},
        ],
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
        "spanId": "",
        "flags": 1,
    }


def resource_logs(ids: Iterable[str], **more: str) -> bytes:
    """Return one accepted event an id, under one resource."""
    service = {"key": "service.name", "value": {"stringValue": "vault"}}
    records = [log_record(uid, **more) for uid in ids]
    scope_logs = {"scope": {"name": "sdk"}, "logRecords": records}
    return json.encode({"resource": {"attributes": [service]}, "scopeLogs": [scope_logs]})


def frame(ids: Iterable[str]) -> bytes:
    """Make a request's frame."""
    return compress(resource_logs(ids))


def tally(accepted: int, rejected: int = 0, duplicate: int = 0) -> Tally:
    """Make the tally of a request."""
    return Tally(
        received=accepted + rejected + duplicate,
        accepted={"tags.added": accepted} if accepted else {},
        rejected={("", "event_unknown"): rejected} if rejected else {},
        duplicate=duplicate,
    )


def open_outbox(
    data_dir: Path,
    sinks: Sequence[str] = ("logs",),
    *,
    clock: Callable[[], float] = time.time,
    on_stored: Callable[[], None] = lambda: None,
    **bounds: float,
) -> Outbox:
    """Open an outbox with ample bounds, unless its bounds are given."""
    given: dict[str, Any] = {"max_bytes": 1 << 30} | bounds
    return Outbox.open(
        data_dir, sinks=sinks, bounds=Bounds(**given), clock=clock, on_stored=on_stored
    )


async def append(outbox: Outbox, ids: Sequence[str]) -> None:
    """Store one request with these events."""
    await outbox.append(frame(ids), tally(len(ids)), ANYBODY)


def store(outbox: Outbox, *requests: Sequence[str]) -> None:
    """Store requests that arrive together."""

    async def all_at_once() -> None:
        await asyncio.gather(*(append(outbox, ids) for ids in requests))

    asyncio.run(all_at_once())


class Recorder:
    """A sink that keeps the ids of what it got; `before` may raise, or wait."""

    def __init__(
        self, name: str = "logs", before: Callable[[Batch], None] = lambda batch: None
    ) -> None:
        self.name = name
        self.ids: Counter[str] = Counter()
        self.closed = False
        self._before = before

    def deliver(self, batch: Batch) -> Receipt:
        """Record everything as delivered."""
        self._before(batch)
        self.ids.update(event.id for row in batch.rows for event in row.decoded())
        return Receipt(batch.events)

    def close(self) -> None:
        """Remember that it was called."""
        self.closed = True
