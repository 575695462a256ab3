# SPDX-License-Identifier: Apache-2.0
"""`telesift retention`: let events go after their time, and prove it."""

import msgspec
import typer

from processors.delivery.sinks.postgres import retention
from processors.delivery.sinks.postgres.retention import RetentionReceipt
from processors.gateway.settings import ProcessorSettings
from service_kit.clock import utc_now
from telesift.database import connecting
from telesift.settings import read

app = typer.Typer(no_args_is_help=True, help="How long events stay in PostgreSQL.")


@app.command()
def run() -> None:
    """Make the coming partitions, drop those past TELEMETRY_RETENTION_DAYS, write a receipt.

    The processor does it by itself once a day; safe to repeat, and to run beside it.
    Exit 1 where the check found older events still.
    """
    with connecting() as database, database.connection_context():
        days = read(ProcessorSettings, serving=False).telemetry_retention_days
        now = utc_now()
        if not retention.agrees_with_database(database, now):
            typer.echo("telesift: our clock and the database's differ by hours", err=True)
            raise typer.Exit(1)
        receipt = retention.run(database, days, now)
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
    if receipt.overdue(utc_now()):
        typer.echo("telesift: retention is overdue", err=True)
        raise typer.Exit(1)


def _show(receipt: RetentionReceipt) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(receipt)).decode())
