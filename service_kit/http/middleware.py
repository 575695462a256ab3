# SPDX-License-Identifier: Apache-2.0
"""The middleware of every Telesift service, in its order.

Falcon calls it from the top for a request and from the bottom for an answer.
"""

from service_kit import auth
from service_kit.auth import AuthMiddleware
from service_kit.http.cors import CorsMiddleware
from service_kit.http.length import LengthMiddleware
from service_kit.http.rate_limit import RateLimitMiddleware
from service_kit.settings import ServiceSettings
from service_kit.telemetry.requests import AccessLog, TraceMiddleware

Middleware = (
    TraceMiddleware
    | AccessLog
    | CorsMiddleware
    | LengthMiddleware
    | AuthMiddleware
    | RateLimitMiddleware
)


def stack(settings: ServiceSettings, service: str) -> list[Middleware]:
    """Make the middleware of a service; each worker process needs its own."""
    return [
        TraceMiddleware(),  # first: everything after it, errors included, belongs to the trace
        AccessLog(),  # measures the rest, and still sees the trace's ids when it logs
        CorsMiddleware(
            settings.allowed_origins, settings.allowed_headers
        ),  # preflights come without credentials
        LengthMiddleware(),  # nobody is asked who sends what we will not read
        auth.admission(settings),
        RateLimitMiddleware(settings, service),  # last: it counts callers
    ]
