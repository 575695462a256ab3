# SPDX-License-Identifier: Apache-2.0
"""`telesift privacy`: answer a person who asks for their data, or for its end."""

from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
import typer
from peewee import PostgresqlDatabase

from processors.delivery.outbox import file, owners
from processors.delivery.outbox.owners import WAIT_SECONDS, StillDelivering
from processors.gateway.settings import ProcessorSettings
from service_kit.auth.caller import owner_of
from service_kit.clock import utc_now
from service_kit.postgres import fetch
from telesift.database import connecting
from telesift.settings import read

app = typer.Typer(no_args_is_help=True, help="What we hold about a person.")

Owner = Annotated[
    UUID, typer.Argument(parser=owner_of, help="The user's id: a UUID, or the host's number.")
]


@app.command()
def export(owner_id: Owner) -> None:
    """Write everything that we hold about OWNER_ID, as JSON."""
    with connecting() as database, database.connection_context():
        _write(export_owner(database, _data_dir(), owner_id))


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
            erased = erase_owner(database, _data_dir(), owner_id, wait_seconds=wait)
        except StillDelivering:
            typer.echo("telesift: a sink hangs with a batch; nothing erased, try again", err=True)
            raise typer.Exit(1) from None
    _write({"owner_id": owner_id, "erased_at": utc_now(), "erased": erased})
    for name in damaged_files(_data_dir()):
        typer.echo(f"telesift: {name} may hold events of anybody; delete it", err=True)


def _data_dir() -> Path:
    return read(ProcessorSettings, serving=False).data_dir


def _write(document: dict[str, Any]) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(document)).decode())


TABLES: Final = ("psr_ratings", "psr_impressions", "telemetry_events")
"""Tables with an `owner_id`; a deployment without the database sink lacks the last."""

OUTBOX: Final = "outbox"
"""Events that still wait for a sink; on a machine without a processor there are none."""


def export_owner(
    database: PostgresqlDatabase, data_dir: Path, owner_id: UUID
) -> dict[str, list[dict[str, Any]]]:
    """Return every row and every waiting event about an owner, a list for each place."""
    tables = {
        table: fetch(
            database,
            f"SELECT * FROM {table} WHERE owner_id = %(owner)s",  # noqa: S608 - a name of ours
            {"owner": owner_id},
        )
        for table in _present(database)
    }
    if not _has_outbox(data_dir):
        return tables
    waiting = owners.pending(data_dir, owner_id)
    return tables | {OUTBOX: [msgspec.json.decode(event.as_line()) for event in waiting]}


def erase_owner(
    database: PostgresqlDatabase, data_dir: Path, owner_id: UUID, *, wait_seconds: float
) -> dict[str, int]:
    """Delete everything about an owner, and count it for each place.

    The outbox goes first: what was on its way to the database is then there to be deleted.
    Raises `owners.StillDelivering`, with nothing erased.
    """
    waiting = (
        {OUTBOX: owners.erase(data_dir, owner_id, wait_seconds=wait_seconds)}
        if _has_outbox(data_dir)
        else {}
    )
    with database.atomic():
        tables = {
            table: database.execute_sql(
                f"DELETE FROM {table} WHERE owner_id = %s",  # noqa: S608 - a name of ours
                (owner_id,),
            ).rowcount
            for table in _present(database)
        }
    return tables | waiting


def damaged_files(data_dir: Path) -> list[str]:
    """Return the damaged outbox files that were set aside: one person cannot be erased in them."""
    return sorted(path.name for path in file.folder(data_dir).glob("outbox.corrupt-*"))


def _has_outbox(data_dir: Path) -> bool:
    return file.path(data_dir).exists()


def _present(database: PostgresqlDatabase) -> list[str]:
    exists = "SELECT to_regclass(%(table)s) IS NOT NULL AS present"
    return [table for table in TABLES if fetch(database, exists, {"table": table})[0]["present"]]
