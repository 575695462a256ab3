# SPDX-License-Identifier: Apache-2.0
"""`telesift privacy`: answer a person who asks for their data, or for its end."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from processors.delivery.outbox.owners import WAIT_SECONDS, StillDelivering
from processors.gateway.settings import ProcessorSettings
from service_kit.clock import utc_now
from telesift import privacy
from telesift.database import connecting
from telesift.settings import read

app = typer.Typer(no_args_is_help=True, help="What we hold about a person.")

Owner = Annotated[UUID, typer.Argument(help="The user's id, a UUID.")]


@app.command()
def export(owner_id: Owner) -> None:
    """Write everything that we hold about OWNER_ID, as JSON."""
    with connecting() as database, database.connection_context():
        _write(privacy.export(database, _data_dir(), owner_id))


@app.command()
def erase(
    owner_id: Owner,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; there is no way back.")] = False,
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for a batch that a sink has in hand.")
    ] = WAIT_SECONDS,
) -> None:
    """Delete everything that we hold about OWNER_ID, and write a receipt with the counts.

    Each processor has an outbox of its own: run it with each TELESIFT_DATA_DIR.
    """
    if not yes:
        typer.confirm("Erase this person's data for good?", abort=True)
    with connecting() as database, database.connection_context():
        try:
            erased = privacy.erase(database, _data_dir(), owner_id, wait_seconds=wait)
        except StillDelivering:
            typer.echo("telesift: a sink hangs with a batch; nothing erased, try again", err=True)
            raise typer.Exit(1) from None
    _write({"owner_id": owner_id, "erased_at": utc_now(), "erased": erased})
    for name in privacy.damaged_files(_data_dir()):
        typer.echo(f"telesift: {name} may hold events of anybody; delete it", err=True)


def _data_dir() -> Path:
    return read(ProcessorSettings, serving=False).data_dir


def _write(document: dict[str, Any]) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(document)).decode())
