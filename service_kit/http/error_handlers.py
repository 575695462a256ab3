# SPDX-License-Identifier: Apache-2.0
"""Every error becomes an answer: RFC 9457 problem details, or what a route wants instead."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import falcon
import falcon.asgi
import msgspec
import structlog
from falcon import Request, Response
from msgspec import Struct

from service_kit.http import problem
from service_kit.http.problem import FieldError, Problem
from service_kit.telemetry import current_trace_id, error_type

PROBLEM_JSON: Final = "application/problem+json"

Renderer = Callable[[Request, Problem], tuple[str, bytes]]
"""Gives an answer's content type and body."""

_log = structlog.get_logger()


class ProblemDetails(Struct, frozen=True, omit_defaults=True):
    """The body of an error's answer (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    trace_id: str
    errors: tuple[FieldError, ...] = ()


# What Falcon itself raises. Its texts quote requests, so only the status is taken over.
_FALCON: Final[Mapping[int, type[Problem]]] = {
    400: problem.BadRequest,
    404: problem.NotFound,
    405: problem.MethodNotAllowed,
    413: problem.PayloadTooLarge,
    415: problem.UnsupportedMediaType,
}


def install(
    app: falcon.App[Any, Any] | falcon.asgi.App[Any, Any],
    renderers: Mapping[str, Renderer] | None = None,
) -> None:
    """Answer all errors of an application, WSGI or ASGI.

    `renderers` names, by path, the resources whose protocol has errors of its own.
    """
    answer = _Answer(renderers or {})
    handler = answer.later if isinstance(app, falcon.asgi.App) else answer
    for kind in (Exception, falcon.HTTPError, Problem):
        app.add_error_handler(kind, handler)  # type: ignore[arg-type]


class _Answer:
    """Composes the answer for whatever was raised."""

    def __init__(self, renderers: Mapping[str, Renderer]) -> None:
        self._renderers = renderers

    def __call__(self, req: Request, resp: Response, error: Exception, params: Any) -> None:
        found = _problem(error, resp)
        render = self._renderers.get(req.path, problem_json)
        resp.status = found.status
        resp.set_headers(found.headers)
        resp.content_type, resp.data = render(req, found)

    async def later(self, req: Request, resp: Response, error: Exception, params: Any) -> None:
        """Do the same in an ASGI application."""
        self(req, resp, error, params)


def _problem(error: Exception, resp: Response) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, falcon.HTTPError):
        kind = _FALCON.get(error.status_code, problem.BadRequest)
        return kind(headers=dict(error.headers or {})) if error.status_code < 500 else Problem()
    resp.context.error_type = error_type(error)
    _log.error("error.unexpected", exc_info=error)
    return Problem()


def problem_json(req: Request, found: Problem) -> tuple[str, bytes]:
    """Render RFC 9457 problem details."""
    details = ProblemDetails(
        type=f"urn:telesift:problem:{found.code}",
        title=found.code.replace("_", " ").capitalize(),
        status=found.status.value,
        detail=found.detail,
        code=found.code,
        trace_id=current_trace_id(),
        errors=found.errors,
    )
    body = msgspec.to_builtins(details) | found.extensions if found.extensions else details
    return PROBLEM_JSON, msgspec.json.encode(body)
