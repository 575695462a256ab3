# SPDX-License-Identifier: Apache-2.0
"""A report as a table in the terminal."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from telesift.commands.report.sheet import Bar, Cell, Sheet, Spark

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
