# SPDX-License-Identifier: Apache-2.0
"""`telesift up`: the local stack in the foreground."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from service_kit.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresFailed
from telesift.local_stack import services, welcome
from telesift.processes import Stack, StartFailed


def up(
    data_dir: Annotated[
        Path, typer.Option(envvar="TELESIFT_DATA_DIR", help="Where the local state is kept.")
    ] = Path(".telesift"),
) -> None:
    """Start the local stack in the foreground; Ctrl-C stops everything it started."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _run(data_dir.absolute())
    except KeyboardInterrupt:
        _say("stopped")
    except (StartFailed, EmbeddedPostgresFailed) as failure:
        _say(f"error: {failure}")
        raise typer.Exit(1) from None


def _run(data_dir: Path) -> None:
    _say("starting PostgreSQL ...")
    with EmbeddedPostgres(data_dir / "postgres") as postgres, Stack(data_dir / "log") as stack:
        for service in services(data_dir, postgres.url):
            _say(f"starting {service.name} ...")
            stack.start(service)
        _say(welcome(data_dir))
        stack.wait()


def _say(text: str) -> None:
    """Print on stderr: stdout carries events and nothing else, so that it can be piped."""
    print(text, file=sys.stderr, flush=True)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
