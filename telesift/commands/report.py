# SPDX-License-Identifier: Apache-2.0
"""`telesift report`: what the dashboard shows, in the terminal, for the next program, or to mail.

The ratings and the events need the rights of the role psr_analyst, and no more.
"""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from processors.delivery.outbox.ledger import read
from service_kit.clock import utc_now, utc_today
from service_kit.tables import as_csv
from telesift.commands.outbox import DataDir, reading
from telesift.database import connecting
from telesift.reports.events import events as of_events
from telesift.reports.events import rejections as of_ledger
from telesift.reports.page import html as page
from telesift.reports.ratings import By
from telesift.reports.ratings import ratings as of_ratings
from telesift.reports.sheet import Sheet, show

app = typer.Typer(no_args_is_help=True, help="What the ratings, the events and the rejections say.")


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
    today = utc_today()
    with connecting() as database, database.connection_context():
        _write(of_events(database, _day(since), today), format, html)


@app.command()
def rejections(data_dir: DataDir = _DATA_DIR, format: As = Format.TABLE, html: Html = None) -> None:
    """Report what the processor on this machine rejected, and why."""
    with reading(data_dir):
        found = read(data_dir)
    _write(of_ledger(found), format, html)


def _day(since: datetime | None) -> date | None:
    return since.date() if since else None


def _write(sheet: Sheet, format: Format, html: Path | None) -> None:
    if html:
        html.write_text(page(sheet, utc_now()), encoding="utf-8")
    elif format is Format.TABLE:
        show(sheet)
    elif format is Format.CSV:
        typer.echo(as_csv(sheet.columns, sheet.rows), nl=False)
    else:
        typer.echo(msgspec.json.encode(sheet.rows))
