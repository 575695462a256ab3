# SPDX-License-Identifier: Apache-2.0
"""`telesift outbox` and `telesift ledger`: what waits on disk, and where every event went."""

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from msgspec import json
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from processors.delivery.outbox import file
from processors.delivery.outbox.ledger import Ledger, SinkAccount, Status, read, read_status
from telesift.start_errors import path_unusable

DataDir = Annotated[
    Path,
    typer.Option(
        envvar="TELESIFT_DATA_DIR",
        help="Where the processor keeps its state.",
        readable=False,  # `reading` says why, and the way out
    ),
]


_WORDS = frozenset({"sink", "event", "reason"})


class Format(StrEnum):
    """How the ledger is written."""

    TABLE = "table"
    JSON = "json"


def ledger(
    data_dir: DataDir = Path(".telesift"),
    format: Annotated[Format, typer.Option(help="For people or for programs.")] = Format.TABLE,
) -> None:
    """Show where every event went; exit 1 where the numbers do not add up."""
    with reading(data_dir):
        found = read(data_dir)
    if format is Format.JSON:
        typer.echo(json.encode(found))
    else:
        _show(found)
    if not found.balanced:
        raise typer.Exit(1)


@contextmanager
def reading(data_dir: Path) -> Iterator[None]:
    """Turn "there is no outbox, or none that can be read" into one line and exit 1."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        why = _unreadable(file.path(data_dir), error)
        typer.echo(f"telesift: no readable outbox in {data_dir}: {why}", err=True)
        raise typer.Exit(1) from None


def _unreadable(path: Path, error: Exception) -> str:
    try:
        path.stat()
    except FileNotFoundError:
        return "there is none; name the processor's TELESIFT_DATA_DIR with --data-dir"
    except OSError as found:
        return path_unusable(found, path)
    if not all(os.access(p, os.R_OK | os.W_OK) for p in (path, path.parent)):
        return path_unusable(PermissionError(errno.EACCES, "", path), path)
    reason = getattr(error, "sqlite_errorname", type(error).__name__)
    return f"it cannot be read ({reason}); the processor repairs a damaged one when it starts"


def _show(found: Ledger) -> None:
    console = Console()
    console.print(_table("accepted", ["event", "events"], found.accepted.items()))
    rejected = [(line.event or "(unknown)", line.reason, line.count) for line in found.rejected]
    console.print(_table("rejected", ["event", "reason", "events"], rejected))
    if found.refused:
        refused = [(line.reason, line.count) for line in found.refused]
        console.print(_table("requests refused as a whole", ["reason", "requests"], refused))
    console.print(sink_table(found.sinks))
    aside = [(s.name, a.event, a.reason, a.count) for s in found.sinks for a in s.set_aside]
    if aside:
        console.print(_table("undeliverable", ["sink", "event", "reason", "events"], aside))
    for line in found.explain():
        typer.echo(line)
    typer.echo(
        f"also: {found.client_dropped} dropped by clients themselves,"
        f" {found.envelope_dropped} envelope fields left out"
    )


def sink_table(sinks: Iterable[SinkAccount]) -> Table:
    """Return a table with one line per sink; a sink that left is marked."""
    columns = ["sink", "accepted", "delivered", "pending", "expired", "undeliverable", "lost"]
    return _table(
        "sinks",
        columns,
        (
            (
                sink.name if sink.in_use else f"{sink.name} (left)",
                sink.accepted,
                sink.delivered,
                sink.pending,
                sink.expired,
                sink.undeliverable,
                sink.lost,
            )
            for sink in sinks
        ),
    )


def _table(title: str, columns: list[str], lines: Iterable[tuple[str | int, ...]]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="left" if column in _WORDS else "right")
    for line in lines:
        table.add_row(*(cell if isinstance(cell, str) else f"{cell:,}" for cell in line))
    return table


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
