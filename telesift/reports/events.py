# SPDX-License-Identifier: Apache-2.0
"""The reports of the events: how often each happened and how long it took; what was rejected."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from peewee import PostgresqlDatabase

from dashboard import statements
from dashboard.messages import DEFAULT_DAYS, Filters
from processors.delivery.outbox.ledger import Ledger
from service_kit.postgres import fetch
from service_kit.tables import Row
from telesift.reports.sheet import Bar, Cell, Sheet, Spark, number, share

_MOST_COLUMNS: Final = 60  # as many as fit a terminal, beside the rest
_PERCENTILES: Final = ("p50", "p95", "p99")


def events(database: PostgresqlDatabase, since: date | None, today: date) -> Sheet:
    """Read what the dashboard's panels read: 30 days unless told otherwise."""
    first = since or today - timedelta(days=DEFAULT_DAYS - 1)
    values = Filters(since=first, until=today).values() | {"step": "day"}
    read = partial(fetch, database, values=values)
    counts = _by_event(read(statements.EVENTS))
    latencies = {row["event"]: row for row in read(statements.LATENCIES)}
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    rows = sorted(
        (_row(event, of_days, latencies.get(event, {})) for event, of_days in counts.items()),
        key=lambda row: (-row["n"], row["event"]),
    )
    return Sheet(
        title=f"Events, {first} to {today}",
        headings=("event", "events", "", "over time", *("50 %", "95 %", "99 %")),
        names=1,
        lines=[_line(row, rows[0]["n"], counts[row["event"]], days) for row in rows],
        columns=("event", "n", *_PERCENTILES),
        rows=rows,
    )


def _by_event(rows: Iterable[Row]) -> dict[str, dict[date, int]]:
    counts: dict[str, dict[date, int]] = {}
    for row in rows:
        counts.setdefault(row["event"], {})[row["time"].date()] = row["n"]
    return counts


def _row(event: str, of_days: dict[date, int], latency: Row) -> dict[str, Any]:
    measured = {name: latency.get(name) for name in _PERCENTILES}
    return {"event": event, "n": sum(of_days.values())} | measured


def _line(row: Row, most: int, of_days: dict[date, int], days: list[date]) -> tuple[Cell, ...]:
    return (
        row["event"],
        number(row["n"]),
        Bar(row["n"] / most),
        Spark(folded([of_days.get(day, 0) for day in days])),
        *(number(row[name], " ms") for name in _PERCENTILES),
    )


def folded(counts: list[int]) -> list[int]:
    """Add neighbours up until the columns suffice; the last has what is left."""
    width = -(-len(counts) // _MOST_COLUMNS)
    return [sum(counts[at : at + width]) for at in range(0, len(counts), width)]


def rejections(found: Ledger) -> Sheet:
    """Report each reason for which an event was turned away."""
    lines = sorted(found.rejected, key=lambda line: (-line.count, line.event, line.reason))
    total = sum(line.count for line in lines)
    return Sheet(
        title="Rejections since the outbox was made",
        headings=("event", "reason", "events", "of all rejected", ""),
        names=2,
        lines=[
            (
                line.event or "(not in the catalog)",
                line.reason,
                number(line.count),
                share(line.count / total),
                Bar(line.count / lines[0].count),
            )
            for line in lines
        ],
        columns=("event", "reason", "n"),
        rows=[{"event": line.event, "reason": line.reason, "n": line.count} for line in lines],
        notes=(f"{number(total)} rejected of {number(found.received)} received",),
    )
