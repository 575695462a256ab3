# SPDX-License-Identifier: Apache-2.0
"""The vault's application: everything it is made of, named and wired in one place."""

import os
import secrets
from typing import Any, Final

import falcon
from falcon import Request, Response

from prompt_vault import models, pages, seed
from prompt_vault.connections import Connections
from prompt_vault.migrations import HISTORY
from prompt_vault.prompts import CopyResource, DuplicatesResource, PromptResource, PromptsResource
from prompt_vault.sessions import MeResource, Sessions, SignInResource, SignOutResource
from prompt_vault.settings import VaultSettings, read
from prompt_vault.sharing import SharedResource, ShareResource
from prompt_vault.telemetry import ServerEvents
from prompt_vault.transfer import ExportResource, ImportsResource
from service_kit import postgres, telemetry
from service_kit.auth import AuthMiddleware
from service_kit.http import error_handlers, health
from service_kit.http.drain import DrainBody
from service_kit.postgres import migrations
from service_kit.telemetry import logs
from service_kit.telemetry.requests import AccessLog, TraceMiddleware

App = falcon.App[Any, Any]

SERVICE: Final = "prompt-vault"


def create() -> App:
    """Make the application out of the environment; gunicorn calls it in its worker."""
    settings = read(os.environ)
    logs.configure(settings)
    telemetry.configure(SERVICE)
    _open_database(settings)
    # No other program needs to know it: we send it, and we answer for it at /me.
    service_token = secrets.token_urlsafe(32)
    events = ServerEvents(settings.processor_url, service_token)
    dev_tokens = () if settings.is_production else settings.auth_dev_tokens
    app = falcon.App(middleware=_middleware(settings, Sessions(service_token, dev_tokens)))
    error_handlers.install(app)
    _add_routes(app, settings, events)
    health.add(app, SERVICE, {"database": _check_database})
    pages.add(app)
    return app


def _middleware(settings: VaultSettings, sessions: Sessions) -> list[Any]:
    return [
        DrainBody(),
        TraceMiddleware(),  # first: gives every answer its `traceresponse`
        AccessLog(),
        pages.SecurityHeaders(settings),
        _Connections(),
        AuthMiddleware(sessions, settings.auth_cookie_name, settings.allowed_origins),
    ]


def _add_routes(app: App, settings: VaultSettings, events: ServerEvents) -> None:
    app.add_route("/sign-in", SignInResource(settings, events))
    app.add_route("/sign-out", SignOutResource(settings.auth_cookie_name))
    app.add_route("/me", MeResource(settings))
    app.add_route("/prompts", PromptsResource())
    app.add_route("/prompts/{prompt_id:uuid}", PromptResource())
    app.add_route("/prompts/{prompt_id:uuid}/copy", CopyResource())
    app.add_route("/prompts/{prompt_id:uuid}/duplicates", DuplicatesResource())
    app.add_route("/prompts/{prompt_id:uuid}/share", ShareResource())
    app.add_route("/s/{token}", SharedResource(events))
    app.add_route("/imports", ImportsResource())
    app.add_route("/export", ExportResource())


class _Connections:
    """Gives a request's connection, which its first query took, back to the pool."""

    def process_response(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        if not models.database.is_closed():
            models.database.close()


def _open_database(settings: VaultSettings) -> None:
    url = postgres.database_url(settings)
    migrations.up(postgres.single(url), [HISTORY])
    models.database.initialize(postgres.pool(url, models.THREADS, Connections))
    with models.database.connection_context():
        seed.plant()


def _check_database() -> None:
    # Refused like a write where the server takes none, though it locks no row.
    models.database.execute_sql("SELECT FROM vault.users LIMIT 0 FOR KEY SHARE")
