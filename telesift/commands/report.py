# SPDX-License-Identifier: Apache-2.0
"""`telesift report`: the ratings' statistics in the terminal, or for the next program.

It needs the rights of the role psr_analyst, and no more.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from psr_service import analytics
from psr_service.analytics import Grouping
from psr_service.messages import Page, Statistics, StatisticsQuery
from psr_service.store import fetch
from telesift.database import connecting

app = typer.Typer(no_args_is_help=True, help="What the ratings say.")

ALL: Final = 2**31
SHOWN: Final = 40  # what a person reads; programs get every group
BAR_WIDTH: Final = 8
_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"


class By(StrEnum):
    """What ratings are counted together by."""

    PROMPT = "prompt"
    VERSION = "version"
    DAY = "day"
    WEEK = "week"
    SOURCE = "source"


class Format(StrEnum):
    """How the report is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


_GROUPINGS: Final = dict(zip(By, Grouping, strict=True))


@app.callback()
def _report() -> None:
    """Keep `psr` a command of its own, beside those to come."""


@app.command()
def psr(
    by: Annotated[By, typer.Option(help="Count ratings together by this.")] = By.PROMPT,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day, UTC.")
    ] = None,
    format: Annotated[Format, typer.Option(help="For people or for programs.")] = Format.TABLE,
) -> None:
    """Report the ratings: how good, how sure, how many answered."""
    grouping = _GROUPINGS[by]
    page = _read(grouping, since.date() if since else None, format)
    if format is Format.TABLE:
        _show(grouping, page)
    elif format is Format.CSV:
        typer.echo(analytics.as_csv(grouping, page), nl=False)
    else:
        typer.echo(msgspec.json.encode(page.items))


def _read(grouping: Grouping, since: date | None, format: Format) -> Page:
    limit = SHOWN if format is Format.TABLE else ALL
    query = StatisticsQuery(since=since, limit=limit)
    with connecting() as database, database.connection_context():
        return analytics.statistics(partial(fetch, database), grouping, query)


def _show(grouping: Grouping, page: Page) -> None:
    keys = analytics.KEYS[grouping]
    table = Table(*keys)
    for column in ("ratings", "mean (95 %)", "", "1-5", "top box (95 %)", "answered"):
        table.add_column(column, justify="left" if column in ("", "1-5") else "right")
    for group in page.items:
        table.add_row(*(_key(group, key) for key in keys), str(group.n), *_measures(group))
    console = Console()
    console.print(table)
    if page.total > len(page.items):
        console.print(f"... and {page.total - len(page.items)} more; all with --format csv")
    if any(group.suppressed for group in page.items):
        console.print("-: rated by too few people to tell (PSR_MIN_GROUP)")


def _key(group: Statistics, key: str) -> str:
    value = getattr(group, key)
    return "-" if value is None else str(value)


def _measures(group: Statistics) -> Iterable[str]:
    answered = "-" if group.response_rate is None else f"{group.response_rate:.0%}"
    if group.mean is None:
        return "-", "", "", "-", answered
    stars = [getattr(group, f"stars_{number}") for number in range(1, 6)]
    return (
        f"{group.mean:.2f} ({group.mean_low:.2f}-{group.mean_high:.2f})",
        bar((group.mean - 1) / 4),
        sparkline(stars),
        f"{group.top_box:.0%} ({group.top_box_low:.0%}-{group.top_box_high:.0%})",
        answered,
    )


def bar(share: float) -> str:
    """Draw a share, 0 to 1, as a bar of fixed width."""
    full = round(share * BAR_WIDTH)
    return "█" * full + "░" * (BAR_WIDTH - full)


def sparkline(counts: list[int]) -> str:
    """Draw counts as columns next to each other, the largest at full height."""
    highest = max(counts)
    return "".join(_EIGHTHS[-(-count * 8 // highest)] for count in counts)
