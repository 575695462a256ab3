# SPDX-License-Identifier: Apache-2.0
"""`telesift retention`: let events go after their time, and prove it."""

import os
from datetime import UTC, datetime

import msgspec
import typer

from processors.delivery.events_table import retention
from processors.delivery.events_table.retention import RetentionReceipt
from service_kit.settings import read
from telesift.database import connecting

app = typer.Typer(no_args_is_help=True, help="How long events stay in PostgreSQL.")


@app.command()
def run() -> None:
    """Make the coming partitions, drop those past TELEMETRY_RETENTION_DAYS, write a receipt.

    The processor does it by itself once a day; safe to repeat, and to run beside it.
    Exit 1 where the check found older events still.
    """
    with connecting() as database, database.connection_context():
        days = read(os.environ, serving=False).telemetry_retention_days
        receipt = retention.run(database, days, datetime.now(UTC))
    _show(receipt)
    if receipt.older_rows:
        raise typer.Exit(1)


@app.command()
def status() -> None:
    """Show the latest receipt; exit 1 where there is none, or the next is overdue."""
    with connecting() as database, database.connection_context():
        receipt = retention.latest(database)
    if receipt is None:
        typer.echo("telesift: retention never ran", err=True)
        raise typer.Exit(1)
    _show(receipt)
    if receipt.overdue(datetime.now(UTC)):
        typer.echo("telesift: retention is overdue", err=True)
        raise typer.Exit(1)


def _show(receipt: RetentionReceipt) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(receipt)).decode())
