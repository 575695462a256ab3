# SPDX-License-Identifier: Apache-2.0
"""The processor's application: everything it is made of, named and wired in one place."""

from typing import Any

import falcon.asgi
from opentelemetry import metrics

from processors.catalog.load import load
from processors.catalog.model import Catalog
from processors.delivery.chores import open_chores
from processors.delivery.dispatch import Dispatch
from processors.delivery.outbox import Outbox
from processors.delivery.sinks import open_sinks
from processors.gateway.config import ConfigResource
from processors.gateway.events import EventsResource
from processors.gateway.intake import Intake
from processors.gateway.ledger import LedgerResource
from processors.gateway.lifespan import Lifespan
from processors.gateway.logs import LogsResource, status_answer
from processors.gateway.meters import Meters, watch
from processors.gateway.openapi import OpenApiResource
from processors.gateway.secret import hash_secret
from processors.pipeline.envelope import Envelope
from processors.pipeline.whitelist import compile_whitelist
from service_kit import error_handlers, health, middleware
from service_kit.settings import Settings

SERVICE = "telesift-processor"
LOGS_PATH = "/v1/logs"


def create_app(settings: Settings, catalog: Catalog | None = None) -> falcon.asgi.App[Any, Any]:
    """Wire the processor; call it in each worker, after the fork.

    Raises where a part of it could not keep its promise: nothing half-made may start.
    """
    catalog = catalog or load()
    secret = hash_secret(settings)
    dispatch = Dispatch(
        settings.data_dir,
        open_sinks(settings),
        chores=open_chores(settings),
        max_age_seconds=settings.outbox_max_age_hours * 3600,
    )
    outbox = Outbox.open(
        settings.data_dir,
        sinks=settings.telemetry_sink,
        max_bytes=settings.outbox_max_bytes,
        on_stored=dispatch.notify,
    )
    meters = Meters(metrics.get_meter("processors"))
    watch(metrics.get_meter("processors"), outbox, dispatch, settings)
    intake = Intake(compile_whitelist(catalog, secret), outbox, meters, settings.features_telemetry)

    parts: list[Any] = [*middleware.stack(settings, SERVICE), Lifespan(outbox, dispatch)]
    app = falcon.asgi.App(middleware=parts)
    error_handlers.install(app, renderers={LOGS_PATH: status_answer})
    app.add_route(LOGS_PATH, LogsResource(intake, Envelope(catalog)))
    app.add_route("/telemetry/events", EventsResource(intake))
    app.add_route("/telemetry/config", ConfigResource(settings, catalog))
    app.add_route("/telemetry/ledger", LedgerResource(outbox))
    app.add_route("/openapi.json", OpenApiResource())
    health.add(app, SERVICE, {"outbox": outbox.health}, {"catalog": catalog.digest})
    return app
