# SPDX-License-Identifier: Apache-2.0
"""The ledger: where every event went, so that what is lost shows.

Two equations hold at every moment, also right after a crash (DESIGN, "Honest acks"):
received = accepted + duplicate + rejected, and for each sink, of what it was owed since it
joined, accepted = delivered + pending + expired + undeliverable.
`pending` is counted from the rows themselves, the rest was counted as it happened: were a row to
vanish, the equation would break.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct, to_builtins

from processors.delivery import store
from processors.delivery.tally import Kind


class Rejections(Struct, frozen=True):
    """How many events were rejected for one reason; `event` is "" where it is not catalogued."""

    event: str
    reason: str
    count: int


class SetAside(Struct, frozen=True):
    """How many events a sink found undeliverable for one reason."""

    event: str
    reason: str
    count: int


class SinkAccount(Struct, frozen=True):
    """One sink's column, in events; `in_use` is false for a sink that left."""

    name: str
    in_use: bool
    accepted: int
    delivered: int
    pending: int
    expired: int
    undeliverable: int
    set_aside: tuple[SetAside, ...] = ()

    @property
    def lost(self) -> int:
        """What this sink was owed and no column explains."""
        return self.accepted - self.delivered - self.pending - self.expired - self.undeliverable


class Ledger(Struct, frozen=True):
    """All numbers since the outbox was made, in events, as of one moment."""

    received: int
    accepted: dict[str, int]
    duplicate: int
    rejected: tuple[Rejections, ...]
    client_dropped: int
    envelope_dropped: int
    sinks: tuple[SinkAccount, ...]

    @property
    def lost(self) -> int:
        """What was received and no column explains; below zero where something counts twice."""
        explained = sum(self.accepted.values()) + self.duplicate
        return self.received - explained - sum(rejected.count for rejected in self.rejected)

    @property
    def balanced(self) -> bool:
        """Whether both equations hold."""
        return self.lost == 0 and all(sink.lost == 0 for sink in self.sinks)

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

    def report(self) -> dict[str, Any]:
        """Give everything as JSON knows it, with what the equations say beside it."""
        sinks = [to_builtins(sink) | {"lost": sink.lost} for sink in self.sinks]
        verdict = {"sinks": sinks, "lost": self.lost, "balanced": self.balanced}
        return to_builtins(self) | verdict  # type: ignore[no-any-return]


def read(data_dir: Path) -> Ledger:
    """Read the ledger in one snapshot; works while services run.

    Raises `sqlite3.Error` where there is no outbox.
    """
    with closing(store.connect_read_only(store.file(data_dir))) as db:
        db.execute("BEGIN")
        return of(db)


def of(db: sqlite3.Connection) -> Ledger:
    """Read the ledger through a connection; one snapshot only inside a transaction."""
    tally = db.execute("SELECT kind, event, reason, n FROM tally ORDER BY kind, event, reason")
    lines = tally.fetchall()
    totals: dict[str, int] = dict.fromkeys(Kind, 0)
    for kind, _, _, number in lines:
        totals[kind] += number
    return Ledger(
        received=totals[Kind.RECEIVED],
        accepted={event: n for kind, event, _, n in lines if kind == Kind.ACCEPTED},
        duplicate=totals[Kind.DUPLICATE],
        rejected=tuple(Rejections(e, r, n) for kind, e, r, n in lines if kind == Kind.REJECTED),
        client_dropped=totals[Kind.CLIENT_DROPPED],
        envelope_dropped=totals[Kind.ENVELOPE_DROPPED],
        sinks=sink_accounts(db),
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
        SinkAccount(name, bool(in_use), a, d, p, e, u, tuple(aside.get(name, ())))
        for name, in_use, a, d, p, e, u in columns
    )
