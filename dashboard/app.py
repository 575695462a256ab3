# SPDX-License-Identifier: Apache-2.0
"""The dashboard's application: everything that it is made of, named and wired in one place."""

from collections.abc import Callable, Mapping
from datetime import date
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

import falcon.asgi
from msgspec import structs

from dashboard import sign_in
from dashboard.openapi import document
from dashboard.panels import panels
from dashboard.processor import Processor
from dashboard.resources import PageResource, PanelResource
from dashboard.safe_headers import SafeHeaders
from dashboard.settings import DashboardSettings
from dashboard.sign_in import SessionResource
from dashboard.views import Views
from service_kit import auth, openapi, postgres
from service_kit.clock import utc_today
from service_kit.host import HostClient
from service_kit.http import error_handlers, health, middleware
from service_kit.http.threads import OnThreads, Threads
from service_kit.settings import AuthMode

THREADS: Final = 8
"""Threads per worker: each waits for PostgreSQL most of its time, and holds one connection.

`/readyz` has a thread and a connection of its own.
"""

SERVICE: Final = "telesift-dashboard"

ANALYST_ROLE: Final = "psr_analyst"
"""The role that reads the analytics views and nothing else; a migration creates it."""

_HERE: Final = Path(__file__).parent

App = falcon.asgi.App[Any, Any]


def _leave(url: str) -> None:
    """Leave the database as it is."""


def create_app(
    settings: DashboardSettings,
    *,
    today: Callable[[], date] = utc_today,
    make_views: Callable[[str], None] = _leave,
) -> App:
    """Wire the dashboard for a worker of up to `THREADS` threads; call it there, after the fork.

    It starts without its database and the processor, and says so where their panels are.
    `make_views` is given the address of a developer's database, whichever service comes first.
    """
    settings = _with_own_cookie(settings)
    views = Views(_database(settings, make_views))
    all_panels = panels(views, _processor(settings))
    # To look once is a request for each panel.
    looks = structs.replace(settings, rate_limit=settings.rate_limit * len(all_panels))
    app: App = falcon.asgi.App(middleware=[SafeHeaders(), *middleware.stack(looks, SERVICE)])
    app.req_options.strip_url_path_trailing_slash = True
    error_handlers.install(app)
    threads = Threads(THREADS, "dashboard")
    routes = {
        "/": OnThreads(PageResource(_page(settings)), threads),
        "/api/{panel}": OnThreads(PanelResource(all_panels, today), threads),
    }
    if settings.auth_mode is AuthMode.DEV:
        session = SessionResource(auth.authenticator(settings))
        routes[sign_in.PATH] = OnThreads(session, threads, sign_in.BODY_BYTES)
    _add(app, routes, settings.path_prefix)
    openapi.add(app, document())
    health.add(app, SERVICE, {"database": views.check})
    return app


def _add(app: App, routes: Mapping[str, OnThreads], prefix: str | None) -> None:
    """Add what a browser asks for, also under the prefix that a proxy leaves in the path."""
    for start in {"", prefix or ""}:
        for path, resource in routes.items():
            app.add_route(f"{start}{path}".rstrip("/") or "/", resource)
        app.add_static_route(f"{start}/static", _HERE / "static")


def _with_own_cookie(settings: DashboardSettings) -> DashboardSettings:
    """Sign in by a cookie of our own where the host's is of no use: it holds no token."""
    if settings.auth_mode is not AuthMode.DEV:
        return settings
    return structs.replace(settings, auth_cookie_name=sign_in.COOKIE)


def _processor(settings: DashboardSettings) -> Processor:
    """Pass a session's cookie on by its name; in the other modes, as the token that it holds."""
    is_session = settings.auth_mode is AuthMode.SESSION
    return Processor(
        settings.processor_url, HostClient(settings.auth_cookie_name if is_session else None)
    )


def _page(settings: DashboardSettings) -> str:
    page = Template((_HERE / "page.html").read_text("utf-8"))
    origins = map(escape, settings.allowed_origins)
    hosts = "".join(f'<li><a href="{origin}">{origin}</a></li>' for origin in origins)
    return page.substitute(auth_mode=settings.auth_mode.value, hosts=hosts, modules=_modules())


def _modules() -> str:
    """Name the scripts up front: else a browser finds them one import after the other."""
    names = sorted(path.name for path in (_HERE / "static").glob("*.js"))
    return "\n".join(f'<link rel="modulepreload" href="static/{name}">' for name in names)


def _database(settings: DashboardSettings, make_views: Callable[[str], None]) -> postgres.Pool:
    """Open a login of the analysts' role; in development that role of the services' own login."""
    if settings.dashboard_database_url:
        return postgres.pool(settings.dashboard_database_url, THREADS + 1)
    if settings.is_production:
        raise postgres.DatabaseUnset(
            "DASHBOARD_DATABASE_URL is required when ENVIRONMENT=production"
        )
    url = postgres.database_url(settings)
    make_views(url)
    return postgres.pool(url, THREADS + 1, role=ANALYST_ROLE)
