# SPDX-License-Identifier: Apache-2.0
"""Reads the statistics that the function psr_analytics.statistics computes (docs/psr.md)."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

from psr_service.messages import Page, Statistics, StatisticsQuery
from service_kit import tables
from service_kit.tables import Row

Read = Callable[[str, Mapping[str, Any]], list[Row]]
"""Runs a statement with its values; the role psr_analyst may run those of this module."""


class Grouping(StrEnum):
    """By what ratings are counted together; psr_analytics has a view for each."""

    PROMPTS = "prompts"
    VERSIONS = "versions"
    DAILY = "daily"
    WEEKLY = "weekly"
    SOURCES = "sources"


_COLUMNS: Final = Statistics.__struct_fields__
KEYS: Final = {
    Grouping.PROMPTS: ("prompt_id",),
    Grouping.VERSIONS: ("prompt_id", "version"),
    Grouping.DAILY: ("day",),
    Grouping.WEEKLY: ("week",),
    Grouping.SOURCES: ("source",),
}
"""What identifies a group."""

MEASURES: Final = _COLUMNS[_COLUMNS.index("n") :]
"""What is said of a group."""

_ARGUMENT: Final = {
    Grouping.PROMPTS: "prompt",
    Grouping.VERSIONS: "version",
    Grouping.DAILY: "day",
    Grouping.WEEKLY: "week",
    Grouping.SOURCES: "source",
}


def statistics(read: Read, grouping: Grouping, query: StatisticsQuery) -> Page:
    """Return one page of a grouping's statistics: prompts best first, the others by their keys."""
    values = msgspec.structs.asdict(query) | {"grouped_by": _ARGUMENT[grouping]}
    rows = read(_statement(grouping), values)
    total = rows[0]["total"] if rows else _total(read, grouping, values)
    items = [Statistics(**{name: row[name] for name in columns(grouping)}) for row in rows]
    return Page(items, total, query.limit, query.offset)


def columns(grouping: Grouping) -> tuple[str, ...]:
    """Return a grouping's columns, keys first."""
    return (*KEYS[grouping], *MEASURES)


def as_csv(grouping: Grouping, page: Page) -> str:
    """Write a page as CSV with a header line."""
    names = columns(grouping)
    rows = ({name: getattr(item, name) for name in names} for item in page.items)
    return tables.as_csv(names, rows)


def _total(read: Read, grouping: Grouping, values: Row) -> int:
    """Count the groups where a page lies past the last of them."""
    first: list[dict[str, Any]] = read(_statement(grouping), values | {"limit": 1, "offset": 0})
    return int(first[0]["total"]) if first else 0


def _statement(grouping: Grouping) -> str:
    keys = ", ".join(KEYS[grouping])
    best_first = "shrunk_mean DESC NULLS LAST, n DESC, " if grouping is Grouping.PROMPTS else ""
    return f"""
        SELECT {", ".join(columns(grouping))}, count(*) OVER () AS total
        FROM psr_analytics.statistics(
          %(grouped_by)s, %(since)s, %(until)s, %(prompt_id)s, %(version)s, %(source)s
        )
        ORDER BY {best_first}{keys} LIMIT %(limit)s OFFSET %(offset)s
    """  # noqa: S608 - names of our own
