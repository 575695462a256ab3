# SPDX-License-Identifier: Apache-2.0
"""What the pipeline says of each event: accepted with clean bytes, or rejected with a reason."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from processors.pipeline.reasons import Reason


class Rejected(Exception):
    """Leaves a check: this event is not admitted.

    `attribute` is a name out of the catalog or None, never a received key.
    """

    def __init__(self, reason: Reason, attribute: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.attribute = attribute


class Rejection(Struct, frozen=True, omit_defaults=True):
    """One rejected event of a request, by its position, without anything it contained."""

    index: int
    reason: Reason
    event: str | None = None
    attribute: str | None = None


class Accepted(Struct, frozen=True, gc=False):
    """One admitted event: its catalog name, its id, where it came from and its clean record.

    `record` is an OTLP/JSON LogRecord; `origin` is the position in `Verdicts.origins`.
    """

    event: str
    uid: str
    origin: int
    record: str


class Verdicts(Struct, frozen=True):
    """The whole answer of the pipeline to one request, in the order of its records.

    `origins` are OTLP/JSON ResourceLogs heads, each open for its records;
    `envelope_dropped` counts envelope fields that were left out, `client_dropped` the events
    that the client says it lost itself.
    """

    origins: Sequence[str]
    accepted: list[Accepted]
    rejections: list[Rejection]
    envelope_dropped: int
    client_dropped: int

    @property
    def received(self) -> int:
        """How many events the request carried."""
        return len(self.accepted) + len(self.rejections)

    def accepted_by_event(self) -> Counter[str]:
        """Count the accepted by catalog event."""
        return Counter(accepted.event for accepted in self.accepted)

    def rejected_by_reason(self) -> Counter[tuple[str, str]]:
        """Count the rejections by (catalog event or "", reason)."""
        return Counter((r.event or "", r.reason.value) for r in self.rejections)
