# SPDX-License-Identifier: Apache-2.0
"""`telesift outbox`: what waits on disk, and for which sink."""

from pathlib import Path

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from processors.delivery.outbox.ledger import Status, read_status
from telesift.commands.ledger import DataDir, reading, sink_table

app = typer.Typer(no_args_is_help=True, help="Look into the durable outbox.")

_SECONDS_BY_UNIT = (("d", 86_400), ("h", 3600), ("min", 60))


@app.callback()
def _outbox() -> None:
    """Keep `status` a command of its own, beside those to come."""


@app.command()
def status(data_dir: DataDir = Path(".telesift")) -> None:
    """Show what waits on disk, for which sink and how long; also while the processor runs."""
    with reading(data_dir):
        found = read_status(data_dir)
    console = Console()
    console.print(_backlog(found))
    console.print(sink_table(found.sinks))


def _backlog(found: Status) -> Table:
    table = Table("events", "rows", "size", "oldest", title="outbox", title_justify="left")
    age = found.oldest_age_seconds
    table.add_row(
        f"{found.events:,}",
        f"{found.rows:,}",
        decimal(found.bytes),
        "-" if age is None else _age(age),
    )
    return table


def _age(seconds: float) -> str:
    for unit, length in _SECONDS_BY_UNIT:
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"
