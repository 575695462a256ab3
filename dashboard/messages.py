# SPDX-License-Identifier: Apache-2.0
"""What the dashboard is told and what it answers: the one source of its checks and its OpenAPI."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from service_kit.fields import Day, Identifier, OneSource, Version
from service_kit.http.forms import fields_invalid, parse_query, refuse_unknown
from service_kit.http.problem import FieldError
from service_kit.tables import Row

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 366
"""How long a period may be, in days: what a chart can show, and the database sum up in time."""

_HOURLY_DAYS: Final = 3  # beyond that a line by the hour is a scribble


class Filters(Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """Which rows are shown: those of the UTC days from `since` to `until`, both included.

    `prompt_id`, `version` and `source` narrow them down; None stands for all.
    """

    since: Day
    until: Day
    prompt_id: Identifier | None = None
    version: Version | None = None
    source: OneSource | None = None

    @property
    def days(self) -> int:
        """Return how many days the period has."""
        return (self.until - self.since).days + 1

    def values(self) -> dict[str, Any]:
        """Return the values that the panels' statements name, as the database's driver wants."""
        return {
            "since": self.since,
            "until": self.until,
            "prompt_id": self.prompt_id and str(self.prompt_id),
            "version": self.version,
            "source": self.source and self.source.value,
            "step": "hour" if self.days <= _HOURLY_DAYS else "day",
        }


def parse_filters(parameters: Mapping[str, Any], today: date) -> Filters:
    """Read a query; what is left out or blank is not filtered by, a period ends today.

    Raises `BadRequest`: a filter that is misspelt and ignored would give the wrong figures.
    """
    given = {name: value for name, value in parameters.items() if value != ""}
    refuse_unknown(given, Filters)
    until = given.get("to", today.isoformat())
    filters = parse_query({"from": _first_day(until, today), "to": until} | given, Filters)
    if not 1 <= filters.days <= MOST_DAYS:
        earliest = f"a day at most {MOST_DAYS - 1} before to"
        raise fields_invalid((FieldError("from", "invalid"), earliest))
    return filters


def _first_day(until: Any, today: date) -> str:
    try:
        last = date.fromisoformat(until)
    except (TypeError, ValueError):
        last = today  # which `to` is wrong is said elsewhere
    return date.fromordinal(max(last.toordinal() - DEFAULT_DAYS + 1, 1)).isoformat()


class Table(Struct, frozen=True):
    """What every panel shows: rows under named columns, and where they are from.

    `columns` are their names in order, `rows` have values by name; `sql` is what an analyst can
    run for the same rows, `request` what they can ask the processor for; the other one is None.
    """

    columns: Sequence[str]
    rows: Sequence[Row]
    sql: str | None = None
    request: str | None = None


class PanelAnswer(Struct, frozen=True):
    """A panel's table, and the filters as they were understood."""

    filters: Filters
    table: Table


class Token(Struct, frozen=True):
    """What a person signs in with."""

    token: Annotated[str, Meta(description="a text")]


class Rejections(Struct, frozen=True):
    """How many events were rejected for one reason; `event` is "" where it is not catalogued."""

    event: str
    reason: str
    count: int


class Sink(Struct, frozen=True):
    """One sink's column of the ledger, in events."""

    name: str
    in_use: bool
    accepted: int
    delivered: int
    pending: int
    expired: int
    undeliverable: int
    lost: int


class Ledger(Struct, frozen=True):
    """The processor's ledger since its outbox was made, in events: what is shown of its answer."""

    received: int
    accepted: dict[str, int]
    duplicate: int
    rejected: list[Rejections]
    client_dropped: int
    envelope_dropped: int
    sinks: list[Sink]
    lost: int
    balanced: bool
