# SPDX-License-Identifier: Apache-2.0
"""The `telesift` command."""

import os
import sys

import typer

from telesift import terminal
from telesift.commands import catalog, db, outbox, privacy, report, retention, serve
from telesift.commands.up import up

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # it prints locals, which may hold what was sent
    help="Privacy-safe product telemetry on OpenTelemetry.",
)
app.command()(up)
app.add_typer(serve.app, name="serve")
app.add_typer(catalog.app, name="catalog")
app.add_typer(db.app, name="db")
app.add_typer(outbox.app, name="outbox")
app.command()(outbox.ledger)
app.add_typer(retention.app, name="retention")
app.add_typer(report.app, name="report")
app.add_typer(privacy.app, name="privacy")


def main() -> None:
    """Run the command line, on any terminal; exit 1 where what reads the output has ended."""
    terminal.show_what_it_can(sys.stdout, sys.stderr)
    try:
        try:
            app()
        finally:
            sys.stdout.flush()  # here, where the pipe's end is no traceback
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if error.filename is None:
            raise
        path, why = os.fsdecode(error.filename), os.strerror(error.errno or 0)
        print(f"telesift: {path}: {why}; check the path, and whose it is", file=sys.stderr)
        sys.exit(1)
