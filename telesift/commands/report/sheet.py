# SPDX-License-Identifier: Apache-2.0
"""What a report is before it is written: lines of cells for people, rows for programs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct


class Bar(NamedTuple):
    """A share, 0 to 1, as a bar of fixed length."""

    share: float


class Spark(NamedTuple):
    """Counts as columns next to each other, the largest at full height."""

    counts: Sequence[int]


Cell = str | Bar | Spark

NOTHING = "-"
"""What stands where a group is too small to tell, or nothing is known."""


class Sheet(Struct, frozen=True):
    """A report; the first `names` headings name a line, the others say how much.

    `columns` and `rows` have the same figures unrounded, and all of them; `notes` explain.
    """

    title: str
    headings: Sequence[str]
    names: int
    lines: Sequence[Sequence[Cell]]
    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    notes: Sequence[str] = ()


def number(value: float | None, unit: str = "") -> str:
    """Write a whole number for people."""
    return NOTHING if value is None else f"{value:,.0f}{unit}"


def share(value: float | None) -> str:
    """Write a share as a percentage."""
    return NOTHING if value is None else f"{value:.0%}"


def text(value: object) -> str:
    """Write what names something."""
    return NOTHING if value is None else str(value)
