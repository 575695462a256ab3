# SPDX-License-Identifier: Apache-2.0
"""`telesift serve`: one service in the foreground, under gunicorn."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import structlog
import typer
from peewee import PeeweeException

from dashboard.settings import DashboardSettings
from processors.gateway.settings import ProcessorSettings
from psr_service.settings import PsrSettings
from service_kit import postgres, telemetry
from service_kit.postgres import migrations
from service_kit.settings import SettingsError
from service_kit.telemetry import logs
from telesift.database import HISTORIES
from telesift.settings import Kind, read

app = typer.Typer(no_args_is_help=True, help="Run one service in the foreground.")
log = structlog.get_logger()

Port = Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")]


@app.command()
def processor(port: Port = 4319) -> None:
    """Run the processor: POST /v1/logs and POST /telemetry/events."""
    from processors.gateway.app import SERVICE, create_app

    _serve(SERVICE, ProcessorSettings, create_app, port)


@app.command()
def psr(port: Port = 4320) -> None:
    """Run the PSR service: POST /psr, eligibility, summaries, analytics."""
    from psr_service.app import SERVICE, create_app

    _serve(SERVICE, PsrSettings, create_app, port)


@app.command()
def dashboard(port: Port = 4321) -> None:
    """Run the dashboard: ratings, events and the ledger on one page, for analysts."""
    from dashboard.app import SERVICE, create_app

    create = partial(create_app, make_views=_make_views)
    _serve(SERVICE, DashboardSettings, create, port)


def _make_views(url: str) -> None:
    """Bring both services' schema up to date: the dashboard may import neither."""
    try:
        migrations.up(postgres.single(url), HISTORIES)
    except PeeweeException as error:
        log.warning("dashboard.not_migrated", error=telemetry.error_type(error))


def _serve(service: str, kind: type[Kind], create_app: Callable[[Kind], Any], port: int) -> None:
    """Run an application under gunicorn; each worker builds its own, after the fork."""
    from telesift.server import GunicornServer, options
    from telesift.start_errors import explain

    settings = _settings(kind)
    _check_address(settings.host, port)
    logs.configure(settings)
    log.info("service.starting", service=service, host=settings.host, port=port)

    def create() -> Any:
        telemetry.configure(service)
        return create_app(settings)

    why = partial(explain, data_dir=settings.data_dir)
    GunicornServer(create, options(settings, port), why).run()


def _check_address(host: str, port: int) -> None:
    """End the start with one line where nothing can listen at the address."""
    from telesift.server import address

    try:
        address.check(host, port)
    except address.AddressUnusable as error:
        print(f"telesift: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


def _settings(kind: type[Kind]) -> Kind:
    """Read the environment; a bad setting ends the start with a line that names it."""
    try:
        return read(kind)
    except SettingsError as error:
        print(f"telesift: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
