# SPDX-License-Identifier: Apache-2.0
"""A report: lines of cells for people, in a terminal or on a page, and rows for programs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text


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

    `lines` are cells for people. `columns` and `rows` have the same figures for programs,
    unrounded, and all of them; `notes` explain, one sentence each.
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


BAR_WIDTH: Final = 8
_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"


def show(sheet: Sheet) -> None:
    """Print the lines, then what explains them."""
    console = Console()
    table = Table(title=sheet.title, title_justify="left")
    for at, heading in enumerate(sheet.headings):
        is_figure = at >= sheet.names and any(isinstance(line[at], str) for line in sheet.lines)
        table.add_column(heading, justify="right" if is_figure else "left")
    for line in sheet.lines:
        table.add_row(*(Text(_drawn(cell)) for cell in line))
    console.print(table if sheet.lines else Text(f"{sheet.title}: nothing"))
    for note in sheet.notes:
        console.print(Text(note))


def _drawn(cell: Cell) -> str:
    match cell:
        case Bar(share):
            return bar(share)
        case Spark(counts):
            return sparkline(counts)
        case words:
            return words


def bar(share: float) -> str:
    """Draw a share, 0 to 1, as a bar of fixed width."""
    full = round(share * BAR_WIDTH)
    return "█" * full + "░" * (BAR_WIDTH - full)


def sparkline(counts: Sequence[int]) -> str:
    """Draw counts as columns next to each other, the largest at full height."""
    highest = max(*counts, 1)
    return "".join(_EIGHTHS[-(-count * 8 // highest)] for count in counts)
