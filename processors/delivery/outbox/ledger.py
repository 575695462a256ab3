# SPDX-License-Identifier: Apache-2.0
"""The ledger: where every event went, so that what is lost shows.

Two equations hold at every moment, also right after a crash (DESIGN, "Honest acks"):
received = accepted + duplicate + rejected, and for each sink, of what it was owed since it
joined, accepted = delivered + pending + expired + undeliverable.
`pending` is counted from the rows themselves, the rest was counted as it happened: were a row to
vanish, the equation would break.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from processors.delivery.outbox import file


class Rejections(Struct, frozen=True):
    """How many events were rejected for one reason; `event` is "" where it is not catalogued."""

    event: str
    reason: str
    count: int


class Refusals(Struct, frozen=True):
    """How many requests were refused as a whole for one reason, their events uncounted."""

    reason: str
    count: int


class SetAside(Struct, frozen=True):
    """How many events a sink found undeliverable for one reason; `event` is "" if unknown."""

    event: str
    reason: str
    count: int


class SinkAccount(Struct, frozen=True):
    """One sink's column, in events.

    `in_use` is false for a sink that left. `accepted` is what it was owed since it joined;
    of that it was `delivered`, is `pending` on disk, has `expired` past a bound, or is
    `undeliverable`, by event and reason in `set_aside`. `lost` is what none of these explains.
    """

    name: str
    in_use: bool
    accepted: int
    delivered: int
    pending: int
    expired: int
    undeliverable: int
    lost: int
    set_aside: tuple[SetAside, ...] = ()


class Ledger(Struct, frozen=True):
    """All numbers since the outbox was made, in events, as of one moment.

    `received` is split into `accepted` by catalog event, `duplicate` (retries of stored events)
    and `rejected` by event and reason; `lost` is what no column explains, below zero where
    something counts twice.
    `client_dropped` is what clients say they lost, `envelope_dropped` counts envelope fields that
    were left out; `sinks` has a column per sink; `balanced` is whether both equations hold.
    """

    received: int
    accepted: dict[str, int]
    duplicate: int
    rejected: tuple[Rejections, ...]
    refused: tuple[Refusals, ...]
    client_dropped: int
    envelope_dropped: int
    sinks: tuple[SinkAccount, ...]
    lost: int
    balanced: bool

    def explain(self) -> Iterator[str]:
        """Write the equations out, one line each, with the numbers filled in."""
        yield (
            f"received {self.received} = accepted {sum(self.accepted.values())}"
            f" + duplicate {self.duplicate} + rejected {sum(r.count for r in self.rejected)}"
            f" + lost {self.lost}"
        )
        for sink in self.sinks:
            yield (
                f"{sink.name}: accepted {sink.accepted} = delivered {sink.delivered}"
                f" + pending {sink.pending} + expired {sink.expired}"
                f" + undeliverable {sink.undeliverable} + lost {sink.lost}"
            )


def read(data_dir: Path) -> Ledger:
    """Read the ledger in one snapshot; works while services run.

    Raises `sqlite3.Error` where there is no outbox.
    """
    with closing(file.connect_read_only(file.path(data_dir))) as db:
        db.execute("BEGIN")
        return of(db)


def of(db: sqlite3.Connection) -> Ledger:
    """Read the ledger through a connection; one snapshot only inside a transaction."""
    tally = db.execute("SELECT kind, event, reason, n FROM tally ORDER BY kind, event, reason")
    lines = tally.fetchall()
    totals: dict[str, int] = dict.fromkeys(Kind, 0)
    for kind, _, _, number in lines:
        totals[kind] += number
    sinks = sink_accounts(db)
    explained = totals[Kind.ACCEPTED] + totals[Kind.DUPLICATE] + totals[Kind.REJECTED]
    lost = totals[Kind.RECEIVED] - explained
    return Ledger(
        received=totals[Kind.RECEIVED],
        accepted={event: n for kind, event, _, n in lines if kind == Kind.ACCEPTED},
        duplicate=totals[Kind.DUPLICATE],
        rejected=tuple(Rejections(e, r, n) for kind, e, r, n in lines if kind == Kind.REJECTED),
        refused=tuple(Refusals(r, n) for kind, _, r, n in lines if kind == Kind.REFUSED),
        client_dropped=totals[Kind.CLIENT_DROPPED],
        envelope_dropped=totals[Kind.ENVELOPE_DROPPED],
        sinks=sinks,
        lost=lost,
        balanced=lost == 0 and all(sink.lost == 0 for sink in sinks),
    )


def sink_accounts(db: sqlite3.Connection) -> tuple[SinkAccount, ...]:
    """Read every sink's column, those in use first."""
    aside: dict[str, list[SetAside]] = {}
    for sink, *rest in db.execute("SELECT * FROM set_aside ORDER BY sink, event, reason"):
        aside.setdefault(sink, []).append(SetAside(*rest))
    columns = db.execute(
        "SELECT name, cursor IS NOT NULL AS in_use, accepted, delivered,"
        " (SELECT coalesce(sum(events), 0) FROM row WHERE seq > cursor), expired, undeliverable"
        " FROM sink ORDER BY in_use DESC, name"
    )
    return tuple(
        SinkAccount(
            name=name,
            in_use=bool(in_use),
            accepted=accepted,
            delivered=delivered,
            pending=pending,
            expired=expired,
            undeliverable=undeliverable,
            lost=accepted - delivered - pending - expired - undeliverable,
            set_aside=tuple(aside.get(name, ())),
        )
        for name, in_use, accepted, delivered, pending, expired, undeliverable in columns
    )


# What a client says it lost cannot be checked: clamped, so that no sum can leave 64 bits.
_MOST_DROPPED = 1_000_000_000


class Kind(StrEnum):
    """The columns of the ledger that do not belong to one sink."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    REFUSED = "refused"
    CLIENT_DROPPED = "client_dropped"
    ENVELOPE_DROPPED = "envelope_dropped"


class Tally(Struct, frozen=True, kw_only=True):
    """The numbers of one request, in events.

    `accepted` counts by catalog event, `duplicate` the retries of stored events, `rejected` by
    (catalog event or "", reason code); `refused` counts requests, by reason code, whose events
    could not even be counted; `client_dropped` is what the client says it lost itself,
    `envelope_dropped` the envelope fields that were left out.
    Raises `ValueError` unless received = accepted + duplicate + rejected.
    """

    received: int
    accepted: Mapping[str, int] = {}
    duplicate: int = 0
    rejected: Mapping[tuple[str, str], int] = {}
    refused: Mapping[str, int] = {}
    client_dropped: int = 0
    envelope_dropped: int = 0

    def __post_init__(self) -> None:
        explained = self.stored + self.duplicate + sum(self.rejected.values())
        if self.received != explained:
            raise ValueError("a tally must explain every event that was received")

    @property
    def stored(self) -> int:
        """Return how many events go into the outbox."""
        return sum(self.accepted.values())

    def add_to(self, counts: Counter[tuple[str, str, str]]) -> None:
        """Add these numbers to counts by (kind, event, reason)."""
        counts[Kind.RECEIVED, "", ""] += self.received
        for event, number in self.accepted.items():
            counts[Kind.ACCEPTED, event, ""] += number
        for (event, reason), number in self.rejected.items():
            counts[Kind.REJECTED, event, reason] += number
        for code, number in self.refused.items():
            counts[Kind.REFUSED, "", code] += number
        if self.duplicate:
            counts[Kind.DUPLICATE, "", ""] += self.duplicate
        if self.client_dropped:
            counts[Kind.CLIENT_DROPPED, "", ""] += min(self.client_dropped, _MOST_DROPPED)
        if self.envelope_dropped:
            counts[Kind.ENVELOPE_DROPPED, "", ""] += self.envelope_dropped


class Status(Struct, frozen=True):
    """The backlog of all sinks together: it counts an event once, however many still want it.

    `rows` and `events` are what is on disk, `bytes` their compressed payload;
    `oldest_age_seconds` is None for an empty outbox; `sinks` has a column per sink.
    """

    rows: int
    events: int
    bytes: int
    oldest_age_seconds: float | None
    sinks: tuple[SinkAccount, ...]


def read_status(data_dir: Path, clock: Callable[[], float] = time.time) -> Status:
    """Read the status in one snapshot; works while services run.

    Raises `sqlite3.Error` where there is no outbox.
    """
    with closing(file.connect_read_only(file.path(data_dir))) as db:
        db.execute("BEGIN")
        count, events, size = db.execute(
            "SELECT count(*), coalesce(sum(events), 0), coalesce(sum(bytes), 0) FROM row"
        ).fetchone()
        oldest = db.execute("SELECT stored_at FROM row ORDER BY seq LIMIT 1").fetchone()
        # A clock that stepped back must not show a negative age.
        age = max(0.0, clock() - oldest[0]) if oldest else None
        return Status(count, events, size, age, sink_accounts(db))
