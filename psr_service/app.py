# SPDX-License-Identifier: Apache-2.0
"""The PSR service's application: everything that it is made of, named and wired in one place."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import falcon.asgi
import structlog
from peewee import PeeweeException

from psr_service.connections import connect
from psr_service.migrations import HISTORY
from psr_service.openapi import document
from psr_service.ownership import Ownership
from psr_service.resources import (
    AnalyticsResource,
    EligibilityResource,
    ImpressionsResource,
    RatingsResource,
    SummaryResource,
)
from psr_service.settings import PsrSettings
from psr_service.store import Store
from service_kit import openapi, postgres
from service_kit.clock import utc_now
from service_kit.http import error_handlers, health, middleware
from service_kit.http.threads import OnThreads, Threads
from service_kit.postgres import migrations
from service_kit.telemetry import error_type

THREADS: Final = 8
"""Threads per worker: each waits for PostgreSQL most of its time, and holds one connection.

`/readyz` has a thread and a connection of its own.
"""

SERVICE: Final = "telesift-psr"

App = falcon.asgi.App[Any, Any]

_log = structlog.get_logger()


def create_app(settings: PsrSettings, *, clock: Callable[[], datetime] = utc_now) -> App:
    """Wire the service for a worker of up to `THREADS` threads; call it there, after the fork.

    It starts without its database, and answers 503 until it is there.
    """
    url = postgres.database_url(settings)
    if not settings.is_production:
        _migrate(url)
    store = Store(connect(url, THREADS + 1), settings.psr_min_group, clock=clock)
    app: App = falcon.asgi.App(middleware=middleware.stack(settings, SERVICE))
    app.req_options.strip_url_path_trailing_slash = True
    error_handlers.install(app)
    _add_routes(app, store, settings)
    openapi.add(app, document())
    health.add(app, SERVICE, {"database": store.check})
    return app


def _add_routes(app: App, store: Store, settings: PsrSettings) -> None:
    psr = settings.features_psr
    ownership = Ownership(settings.prompt_lookup_url, settings.auth_cookie_name)
    ratings = RatingsResource(store, ownership, psr, settings.features_psr_aggregate)
    eligibility = EligibilityResource(store, ownership, psr, settings.psr_max_prompts_per_day)
    resources: dict[str, object] = {
        "/psr": ratings,
        "/psr/impressions": ImpressionsResource(store.show, ownership, psr),
        "/psr/dismissals": ImpressionsResource(store.dismiss, ownership, psr),
        "/psr/eligibility": eligibility,
        "/psr/prompts/{prompt_id}/summary": SummaryResource(store, ownership, psr),
        "/psr/analytics/{grouping}": AnalyticsResource(store),
    }
    threads = Threads(THREADS, "psr")
    for path, resource in resources.items():
        app.add_route(path, OnThreads(resource, threads))


def _migrate(url: str) -> None:
    """Bring the schema up to date; in production that is the deployment's `telesift db migrate`."""
    try:
        migrations.up(postgres.single(url), [HISTORY])
    except PeeweeException as error:
        _log.warning("psr.not_migrated", error=error_type(error))
