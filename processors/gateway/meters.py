# SPDX-License-Identifier: Apache-2.0
"""The processor's own metrics; labels are catalog names and reason codes only.

Request durations come from `service_kit.metrics` for every service alike.
"""

from opentelemetry.metrics import Meter, Observation

from processors.delivery.outbox import Outbox
from processors.pipeline.verdicts import Verdicts


class Meters:
    """What the processor counts about the events that pass through it."""

    def __init__(self, meter: Meter, outbox: Outbox) -> None:
        self._accepted = meter.create_counter(
            "telesift.events.accepted", unit="{event}", description="Events admitted, by event."
        )
        self._rejected = meter.create_counter(
            "telesift.events.rejected",
            unit="{event}",
            description="Events refused, by event (where it is catalogued) and reason.",
        )
        self._batch_size = meter.create_histogram(
            "telesift.batch.size", unit="{event}", description="Events a request carried."
        )
        meter.create_observable_gauge(
            "telesift.outbox.pending",
            callbacks=[lambda _: _pending(outbox)],
            unit="{event}",
            description="Events stored and not yet delivered, by sink.",
        )

    def count(self, verdicts: Verdicts) -> None:
        """Count one request's verdicts."""
        self._batch_size.record(verdicts.received)
        for event, number in verdicts.accepted_by_event().items():
            self._accepted.add(number, {"event": event})
        for (event, reason), number in verdicts.rejected_by_reason().items():
            self._rejected.add(number, {"event": event, "reason": reason})


def _pending(outbox: Outbox) -> list[Observation]:
    return [Observation(sink.pending, {"sink": sink.name}) for sink in outbox.status().sinks]
