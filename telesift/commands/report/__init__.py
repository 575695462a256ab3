# SPDX-License-Identifier: Apache-2.0
"""`telesift report`: what the dashboard shows, in the terminal, for the next program, or to mail.

The ratings and the events need the rights of the role psr_analyst, and no more.
"""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from dashboard.tables import Table
from processors.delivery.ledger import read
from telesift.commands.ledger import DataDir, reading
from telesift.commands.report import ledger as of_ledger
from telesift.commands.report.events import events as of_events
from telesift.commands.report.page import html as page
from telesift.commands.report.ratings import By
from telesift.commands.report.ratings import ratings as of_ratings
from telesift.commands.report.sheet import Sheet
from telesift.commands.report.terminal import show
from telesift.database import connecting

app = typer.Typer(no_args_is_help=True, help="What the ratings, the events and the ledger say.")


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Since = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day, UTC.")]
As = Annotated[Format, typer.Option(help="For people or for programs.")]
Html = Annotated[
    Path | None,
    typer.Option(dir_okay=False, help="Write a page to mail around into this file instead."),
]
_DATA_DIR: Final = Path(".telesift")


@app.command()
def psr(
    by: Annotated[By, typer.Option(help="Count ratings together by this.")] = By.PROMPT,
    since: Since = None,
    format: As = Format.TABLE,
    html: Html = None,
) -> None:
    """Report the ratings: how good, how sure, how many answered."""
    with connecting() as database, database.connection_context():
        _write(of_ratings(database, by, _day(since)), format, html)


@app.command()
def events(since: Since = None, format: As = Format.TABLE, html: Html = None) -> None:
    """Report the events: how often each happened in 30 days or since a day, and how fast."""
    today = datetime.now(UTC).date()
    with connecting() as database, database.connection_context():
        _write(of_events(database, _day(since), today), format, html)


@app.command()
def rejections(data_dir: DataDir = _DATA_DIR, format: As = Format.TABLE, html: Html = None) -> None:
    """Report what the processor on this machine rejected, and why."""
    with reading(data_dir):
        found = read(data_dir)
    _write(of_ledger.rejections(found), format, html)


@app.command()
def ledger(data_dir: DataDir = _DATA_DIR, format: As = Format.TABLE, html: Html = None) -> None:
    """Report where accepted events went, sink by sink, and whether the numbers add up."""
    with reading(data_dir):
        found = read(data_dir)
    _write(of_ledger.ledger(found), format, html)


def _day(since: datetime | None) -> date | None:
    return since.date() if since else None


def _write(sheet: Sheet, format: Format, html: Path | None) -> None:
    if html:
        html.write_text(page(sheet, datetime.now(UTC)), encoding="utf-8")
    elif format is Format.TABLE:
        show(sheet)
    elif format is Format.CSV:
        typer.echo(Table(sheet.columns, sheet.rows).as_csv(), nl=False)
    else:
        typer.echo(msgspec.json.encode(sheet.rows))
