# SPDX-License-Identifier: Apache-2.0
"""`telesift db`: the database's schema, service by service."""

from typing import Annotated

import typer

from service_kit.postgres import log_settings, migrations
from telesift.database import HISTORIES, connecting

app = typer.Typer(no_args_is_help=True, help="Bring the database's schema up to date.")


@app.command()
def migrate() -> None:
    """Apply what is pending; safe to repeat, and to run from several places at once."""
    with connecting() as database:
        for name in migrations.up(database, HISTORIES) or ["nothing to do"]:
            typer.echo(name)


@app.command()
def status() -> None:
    """List the migrations; exit 1 while any is pending, so that it can gate a deployment.

    Warns of settings under which PostgreSQL's own log would quote what people wrote.
    """
    with connecting() as database:
        steps = migrations.status(database, HISTORIES)
        with database.connection_context():
            risks = log_settings.warnings(database)
    for step in steps:
        applied = f"{step.applied:%Y-%m-%d %H:%M:%S}" if step.applied else "pending"
        typer.echo(f"{step.service:<12}{step.name:<24}{applied}")
    for risk in risks:
        typer.echo(f"warning: PostgreSQL's own log: {risk}", err=True)
    if not all(step.applied for step in steps):
        raise typer.Exit(1)


@app.command()
def dictionary() -> None:
    """Write the data dictionary as Markdown, out of the database's own comments."""
    from telesift.generate.database_page import dictionary as write

    with connecting() as database, database.connection_context():
        typer.echo(write(database), nl=False)


@app.command()
def revert(
    service: Annotated[str, typer.Argument(help="Whose migrations: the first column of status.")],
    target: Annotated[str, typer.Argument(help="The oldest to revert: the second column.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; data is lost.")] = False,
) -> None:
    """Revert a service's migrations, newest first, back through TARGET, with the data in them."""
    history = next((known for known in HISTORIES if known.service == service), None)
    if history is None:
        raise typer.BadParameter(f"one of {', '.join(h.service for h in HISTORIES)}")
    if not yes:
        typer.confirm(f"Revert {service} back through {target}, and lose its data?", abort=True)
    with connecting() as database:
        for name in migrations.down(database, history, target):
            typer.echo(name)
