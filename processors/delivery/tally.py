# SPDX-License-Identifier: Apache-2.0
"""What one request adds to the ledger."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

# A client's claim of its own losses is its word: clamped, so that no sum can leave 64 bits.
_MOST_DROPPED = 1_000_000_000


class Kind(StrEnum):
    """The columns of the ledger that do not belong to one sink."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    CLIENT_DROPPED = "client_dropped"
    ENVELOPE_DROPPED = "envelope_dropped"


class Tally(Struct, frozen=True, kw_only=True):
    """The numbers of one request, in events.

    `accepted` counts by catalog event, `rejected` by (catalog event or "", reason code);
    `client_dropped` is what the client says it lost itself, `envelope_dropped` the envelope
    fields that were left out.
    Raises `ValueError` unless received = accepted + duplicate + rejected.
    """

    received: int
    accepted: Mapping[str, int] = {}
    duplicate: int = 0
    rejected: Mapping[tuple[str, str], int] = {}
    client_dropped: int = 0
    envelope_dropped: int = 0

    def __post_init__(self) -> None:
        explained = self.stored + self.duplicate + sum(self.rejected.values())
        if self.received != explained:
            raise ValueError("a tally must explain every event that was received")

    @property
    def stored(self) -> int:
        """How many events go into the outbox."""
        return sum(self.accepted.values())

    def add_to(self, counts: Counter[tuple[str, str, str]]) -> None:
        """Add these numbers to counts by (kind, event, reason)."""
        counts[Kind.RECEIVED, "", ""] += self.received
        for event, number in self.accepted.items():
            counts[Kind.ACCEPTED, event, ""] += number
        for (event, reason), number in self.rejected.items():
            counts[Kind.REJECTED, event, reason] += number
        if self.duplicate:
            counts[Kind.DUPLICATE, "", ""] += self.duplicate
        if self.client_dropped:
            counts[Kind.CLIENT_DROPPED, "", ""] += min(self.client_dropped, _MOST_DROPPED)
        if self.envelope_dropped:
            counts[Kind.ENVELOPE_DROPPED, "", ""] += self.envelope_dropped
