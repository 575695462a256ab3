# SPDX-License-Identifier: Apache-2.0
"""The panels: what each is called, and how its table comes about."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from msgspec import structs

from dashboard import statements
from dashboard.messages import Filters, Ledger, Sink, Table
from dashboard.processor import PATH, Processor
from dashboard.views import Views
from service_kit.auth import Credential
from service_kit.tables import Row

Panel = Callable[[Credential, Filters], Table]
"""Returns a panel's table for a caller; raises `Unavailable` where its source is away."""

STATEMENTS: Final = {
    "summary": statements.SUMMARY,
    "ratings": statements.RATINGS,
    "distribution": statements.DISTRIBUTION,
    "prompts": statements.PROMPTS,
    "versions": statements.VERSIONS,
    "responses": statements.RESPONSES,
    "events": statements.EVENTS,
    "latencies": statements.LATENCIES,
}
"""The SQL of the panels that show the database's views."""


def panels(views: Views, processor: Processor) -> Mapping[str, Panel]:
    """Return the panels by name: the database's, and the ledger's, which know no filters."""
    return {name: partial(_of_views, views, text) for name, text in STATEMENTS.items()} | {
        name: partial(_of_ledger, processor, table) for name, table in LEDGER_TABLES.items()
    }


def _of_views(views: Views, statement: str, credential: Credential, filters: Filters) -> Table:
    return views.read(statement, filters.values())


def _of_ledger(
    processor: Processor, table: Callable[[Ledger], Table], credential: Credential, filters: Filters
) -> Table:
    return structs.replace(table(processor.ledger(credential)), request=f"GET {PATH}")


def _balance(ledger: Ledger) -> Table:
    row: dict[str, Any] = {
        "received": ledger.received,
        "accepted": sum(ledger.accepted.values()),
        "duplicate": ledger.duplicate,
        "rejected": sum(rejected.count for rejected in ledger.rejected),
        "lost": ledger.lost,
        "balanced": ledger.balanced,
        "client_dropped": ledger.client_dropped,
        "envelope_dropped": ledger.envelope_dropped,
    }
    return Table(tuple(row), [row])


def _verdicts(ledger: Ledger) -> Table:
    rows = sorted(_verdict_rows(ledger), key=lambda row: (-row["n"], row["event"], row["reason"]))
    return Table(("event", "verdict", "reason", "n"), rows)


def _verdict_rows(ledger: Ledger) -> Iterator[Row]:
    for event, n in ledger.accepted.items():
        yield {"event": event, "verdict": "accepted", "reason": "", "n": n}
    for line in ledger.rejected:
        yield {
            "event": line.event,
            "verdict": "rejected",
            "reason": line.reason,
            "n": line.count,
        }


def _sinks(ledger: Ledger) -> Table:
    columns = Sink.__struct_fields__
    return Table(columns, [structs.asdict(sink) for sink in ledger.sinks])


LEDGER_TABLES: Final = {"balance": _balance, "verdicts": _verdicts, "sinks": _sinks}
"""What the panels that show the ledger make of it."""

NAMES: Final = (*STATEMENTS, *LEDGER_TABLES)
"""Every panel's name."""
