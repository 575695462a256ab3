# SPDX-License-Identifier: Apache-2.0
"""The processor's application: everything it is made of, named and wired in one place."""

import asyncio
from functools import partial
from typing import Any, Final

import falcon.asgi
from opentelemetry import metrics

from processors.catalog.load import load
from processors.catalog.model import Catalog
from processors.delivery.leader import Leader, open_jobs
from processors.delivery.outbox.outbox import Bounds, Outbox
from processors.delivery.sinks import open_sinks
from processors.delivery.sinks.postgres.database import open_database
from processors.gateway.intake import Intake
from processors.gateway.meters import Meters, watch
from processors.gateway.openapi import document, event_contract
from processors.gateway.resources import (
    ConfigResource,
    EventsResource,
    LedgerResource,
    LogsResource,
    status_answer,
)
from processors.gateway.secret import hash_secret
from processors.gateway.settings import ProcessorSettings
from processors.pipeline.whitelist import compile_whitelist
from service_kit import openapi
from service_kit.http import error_handlers, health, middleware

SERVICE: Final = "telesift-processor"
LOGS_PATH: Final = "/v1/logs"

_GRACE_SECONDS: Final = 10  # what is not delivered by then stays in the outbox for the next start


def create_app(
    settings: ProcessorSettings, catalog: Catalog | None = None
) -> falcon.asgi.App[Any, Any]:
    """Wire the processor; call it in each worker, after the fork.

    Raises where a part of it could not keep its promise: nothing half-made may start.
    """
    catalog = catalog or load()
    secret = hash_secret(settings)
    leader = _leader(settings)
    outbox = Outbox.open(
        settings.data_dir,
        sinks=settings.telemetry_sink,
        bounds=Bounds(max_bytes=settings.outbox_max_bytes),
        on_stored=leader.notify,
    )
    meters = Meters(metrics.get_meter("processors"))
    watch(metrics.get_meter("processors"), outbox, leader, settings)
    intake = Intake(compile_whitelist(catalog, secret), outbox, meters)

    parts: list[Any] = [*middleware.stack(settings, SERVICE), Lifespan(outbox, leader)]
    app = falcon.asgi.App(middleware=parts)
    app.req_options.strip_url_path_trailing_slash = True
    error_handlers.install(app, renderers={LOGS_PATH: status_answer})
    flag = settings.features_telemetry
    app.add_route(LOGS_PATH, LogsResource(intake, catalog, flag))
    app.add_route("/telemetry/events", EventsResource(intake, flag))
    app.add_route("/telemetry/config", ConfigResource(settings, catalog))
    app.add_route("/telemetry/ledger", LedgerResource(outbox))
    openapi.add(app, document(event_contract()))
    health.add(app, SERVICE, {"outbox": outbox.health}, {"catalog": catalog.digest})
    return app


def _leader(settings: ProcessorSettings) -> Leader:
    names, days = settings.telemetry_sink, settings.telemetry_retention_days
    database = partial(open_database, settings)
    return Leader(
        settings.data_dir,
        open_sinks(names, database, days),
        jobs=open_jobs(names, database, days),
        max_age_seconds=settings.outbox_max_age_hours * 3600,
    )


class Lifespan:
    """Starts deliveries with the worker's event loop, and ends them with it; Falcon calls it."""

    def __init__(self, outbox: Outbox, leader: Leader) -> None:
        self._outbox = outbox
        self._leader = leader

    async def process_startup(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        """Start delivering, also what an earlier process left behind."""
        self._leader.start()

    async def process_shutdown(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        """Deliver for as long as the grace time lasts, then close the outbox."""
        await asyncio.to_thread(self._leader.stop, _GRACE_SECONDS)
        self._outbox.close()
