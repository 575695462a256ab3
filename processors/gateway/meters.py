# SPDX-License-Identifier: Apache-2.0
"""The processor's own metrics; labels are names of the catalog and of sinks, and reason codes.

Request durations come from `service_kit.telemetry.requests` for every service alike.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from processors.delivery.leader import Leader
from processors.delivery.outbox.outbox import Outbox
from processors.gateway.settings import ProcessorSettings
from processors.pipeline.verdicts import Verdicts

Observe = Callable[[], Iterable[Observation]]


class Meters:
    """What a worker counts about the events that pass through it."""

    def __init__(self, meter: Meter) -> None:
        self._accepted = meter.create_counter(
            "telesift.events.accepted", unit="{event}", description="Events admitted, by event."
        )
        self._rejected = meter.create_counter(
            "telesift.events.rejected",
            unit="{event}",
            description="Events refused, by event (where it is catalogued) and reason.",
        )
        self._batch_size = meter.create_histogram(
            "telesift.batch.size", unit="{event}", description="Events per request."
        )

    def count(self, verdicts: Verdicts) -> None:
        """Count one request's verdicts."""
        self._batch_size.record(verdicts.received)
        for event, number in verdicts.accepted_by_event().items():
            self._accepted.add(number, {"event": event})
        for (event, reason), number in verdicts.rejected_by_reason().items():
            self._rejected.add(number, {"event": event, "reason": reason})


def watch(meter: Meter, outbox: Outbox, leader: Leader, settings: ProcessorSettings) -> None:
    """Measure what workers share: the outbox, its sinks and the jobs.

    Only the worker that delivers does, so that a sum over instances counts each outbox once.
    """
    measures: Mapping[tuple[str, str, str], Observe] = {
        _PENDING: lambda: _pending(outbox),
        _FILL: lambda: _fill(outbox, settings),
        _MISSED: lambda: _missed(outbox),
        _FAILURES: lambda: (Observation(n, {"sink": s}) for s, n in leader.failures().items()),
        _DUE: lambda: (Observation(at, {"name": name}) for name, at in leader.due().items()),
    }
    for (name, unit, description), observe in measures.items():
        callback = partial(_observed, leader, observe)
        meter.create_observable_gauge(name, [callback], unit, description)


_PENDING: Final = (
    "telesift.outbox.pending",
    "{event}",
    "Events stored and not yet delivered, by sink.",
)
_FILL: Final = (
    "telesift.outbox.fill",
    "1",
    "How much of a bound the outbox has used, by bound (bytes, age); at 1 events expire.",
)
_MISSED: Final = (
    "telesift.events.missed",
    "{event}",
    "Events that a sink will not get, by sink and reason: also expired and lost.",
)
_FAILURES: Final = (
    "telesift.sink.failures",
    "{try}",
    "Deliveries that failed since the last that worked, by sink.",
)
_DUE: Final = (
    "telesift.job.due",
    "s",
    "When a job has to be done again, in seconds since 1970, by name.",
)


def _observed(leader: Leader, observe: Observe, _: CallbackOptions) -> Iterable[Observation]:
    return observe() if leader.leads else ()


def _pending(outbox: Outbox) -> Iterator[Observation]:
    for sink in outbox.status().sinks:
        yield Observation(sink.pending, {"sink": sink.name})


def _fill(outbox: Outbox, settings: ProcessorSettings) -> Iterator[Observation]:
    status = outbox.status()
    yield Observation(status.bytes / settings.outbox_max_bytes, {"bound": "bytes"})
    most_seconds = settings.outbox_max_age_hours * 3600
    yield Observation((status.oldest_age_seconds or 0) / most_seconds, {"bound": "age"})


def _missed(outbox: Outbox) -> Iterator[Observation]:
    """Read the ledger; what the intake has lost is owed to no sink, and its label is empty."""
    ledger = outbox.ledger()
    yield Observation(ledger.lost, {"sink": "", "reason": "lost"})
    for sink in ledger.sinks:
        missed = Counter(expired=sink.expired, lost=sink.lost)
        for aside in sink.set_aside:
            missed[aside.reason] += aside.count
        for reason, number in missed.items():
            yield Observation(number, {"sink": sink.name, "reason": reason})
