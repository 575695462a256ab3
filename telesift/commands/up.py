# SPDX-License-Identifier: Apache-2.0
"""`telesift up`: the local stack in the foreground."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from service_kit.lock import FileLock
from service_kit.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresFailed
from telesift.guard import Guard
from telesift.local_stack import services, welcome
from telesift.processes import Stack, StartFailed, StopSignals
from telesift.start_errors import path_unusable


def up(
    data_dir: Annotated[
        Path,
        typer.Option(
            envvar="TELESIFT_DATA_DIR",
            help="Where the local state is kept.",
            readable=False,  # ours names the owner's way out
        ),
    ] = Path(".telesift"),
) -> None:
    """Start the local stack in the foreground; Ctrl-C stops everything it started."""
    signals = StopSignals()
    signals.install()
    data_dir = data_dir.absolute()
    try:
        _run(data_dir, signals)
    except KeyboardInterrupt:
        _say("stopped")
    except (StartFailed, EmbeddedPostgresFailed) as failure:
        _say(f"error: {failure}")
        raise typer.Exit(1) from None
    except OSError as error:
        _say(f"error: {path_unusable(error, data_dir)}")
        raise typer.Exit(1) from None


def _run(data_dir: Path, signals: StopSignals) -> None:
    directory = data_dir / "postgres"
    with _alone(data_dir), Guard(directory):
        _say("starting PostgreSQL ...")
        with EmbeddedPostgres(directory) as postgres:
            _run_services(data_dir, postgres, signals)


def _run_services(data_dir: Path, postgres: EmbeddedPostgres, signals: StopSignals) -> None:
    with Stack(data_dir / "log", postgres.died, signals) as stack:
        for service in services(data_dir, postgres.url):
            _say(f"starting {service.name} ...")
            stack.start(service)
        _say(welcome(data_dir))
        stack.wait()


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Be the only `telesift up` on a data directory; raises `StartFailed` naming the other.

    Raises `OSError` where the directory cannot be used.
    """
    note = data_dir / "up.pid"
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "log").mkdir(exist_ok=True)  # before anything is started
    lock = FileLock(note)
    with closing(lock):
        if not lock.take():
            raise StartFailed(
                f"{data_dir} is held by another telesift up, process {note.read_text().strip()};"
                " stop that first"
            )
        note.write_text(f"{os.getpid()}\n")
        yield


def _say(text: str) -> None:
    """Print on stderr: stdout carries events and nothing else, so that it can be piped."""
    with suppress(OSError):  # the terminal is gone; what was started must be ended all the same
        print(text, file=sys.stderr, flush=True)
