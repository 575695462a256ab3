# SPDX-License-Identifier: Apache-2.0
"""What is observed of each request: one server span, one log event, one measurement."""

import logging
import random
import time
from typing import Final

import falcon
import structlog
from falcon import Request, Response
from opentelemetry import context as active
from opentelemetry import metrics
from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    Tracer,
    get_current_span,
    get_tracer,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service_kit.telemetry.spans import traceparent

_W3C: Final = TraceContextTextMapPropagator()
_METHODS: Final = frozenset(falcon.HTTP_METHODS)


def method_of(req: Request) -> str:
    """Return a request's method where it is one that exists, else `_OTHER`.

    A made-up one is a caller's text, and as a label it would be a series of its own.
    Source: OpenTelemetry's semantic conventions for HTTP.
    """
    return req.method if req.method in _METHODS else "_OTHER"


class TraceMiddleware:
    """Continues the caller's trace, or starts one; comes first of all middleware.

    Without an OTLP endpoint the ids are real all the same, so that an answer, a log line and an
    event can be brought together, and a span is no more than those ids.
    """

    def __init__(self, tracer: Tracer | None = None) -> None:
        self._tracer = tracer or get_tracer("service_kit.telemetry")

    def process_request(self, req: Request, resp: Response) -> None:
        """Start the span and make it the current one."""
        header = req.get_header("traceparent")
        parent = _W3C.extract({"traceparent": header}) if header else Context()
        method = method_of(req)
        attributes = {"http.request.method": method, "url.scheme": req.scheme}
        span = self._tracer.start_span(method, parent, SpanKind.SERVER, attributes)
        span = _with_real_ids(span, get_current_span(parent).get_span_context())
        req.context.span = span
        req.context.span_token = active.attach(set_span_in_context(span, parent))
        ids = traceparent(span.get_span_context())
        resp.set_header("traceparent", ids)
        resp.set_header("traceresponse", ids)

    def process_response(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        """Record what became of the request, and end the span."""
        if "span" not in req.context:  # Falcon refuses some methods before any middleware
            self.process_request(req, resp)
        active.detach(req.context.span_token)
        span: Span = req.context.span
        if span.is_recording():
            _conclude(span, req, resp)
        span.end()

    async def process_request_async(self, req: Request, resp: Response) -> None:
        """Do the same in an ASGI application."""
        self.process_request(req, resp)

    async def process_response_async(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        """Do the same in an ASGI application."""
        self.process_response(req, resp, resource, req_succeeded)


def _with_real_ids(span: Span, parent: SpanContext) -> Span:
    """Set an id of the request's own where the tracer, a no-op, only passed the parent on."""
    if span.get_span_context().span_id != parent.span_id:
        return span
    trace_id = parent.trace_id or random.getrandbits(128) or 1
    span_id = random.getrandbits(64) or 1
    return NonRecordingSpan(SpanContext(trace_id, span_id, False, parent.trace_flags))


def _conclude(span: Span, req: Request, resp: Response) -> None:
    status = resp.status_code
    span.set_attribute("http.response.status_code", status)
    if req.uri_template:
        span.update_name(f"{method_of(req)} {req.uri_template}")
        span.set_attribute("http.route", req.uri_template)
    if status >= 500:
        span.set_attribute("error.type", resp.context.get("error_type") or str(status))
        span.set_status(StatusCode.ERROR)


_log = structlog.get_logger()

# The semantic conventions' advice for http.server.request.duration, in seconds.
_BOUNDARIES: Final = (
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
)  # fmt: skip


class AccessLog:
    """Says of each request what it was, what became of it, how long it took and how large it was.

    By route and by number: no path, query, header or body.
    """

    def __init__(self) -> None:
        self._duration = metrics.get_meter("service_kit").create_histogram(
            "http.server.request.duration",
            unit="s",
            description="Duration of HTTP server requests.",
            explicit_bucket_boundaries_advisory=list(_BOUNDARIES),
        )

    def process_request(self, req: Request, resp: Response) -> None:
        """Start the clock."""
        req.context.started = time.perf_counter()

    def process_response(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        """Log and measure the request."""
        now = time.perf_counter()
        # Falcon refuses some methods before any middleware has seen the request.
        seconds = now - (req.context.get("started") or now)
        caller = req.context.get("caller")
        _log.log(
            _level(resp.status_code, resource),
            "request",
            method=method_of(req),
            route=req.uri_template,
            status=resp.status_code,
            duration_ms=round(seconds * 1000, 3),
            bytes_in=_length(req.get_header("Content-Length")),
            bytes_out=len(resp.data) if resp.data else None,
            user_id=caller.user_id if caller else None,
        )
        self._duration.record(
            seconds,
            {
                "http.request.method": method_of(req),
                "http.route": req.uri_template or "",
                "http.response.status_code": resp.status_code,
            },
        )

    async def process_request_async(self, req: Request, resp: Response) -> None:
        """Do the same in an ASGI application."""
        self.process_request(req, resp)

    async def process_response_async(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        """Do the same in an ASGI application."""
        self.process_response(req, resp, resource, req_succeeded)


def _level(status: int, resource: object) -> int:
    if status >= 500:
        return logging.WARNING
    return logging.DEBUG if getattr(resource, "public", False) else logging.INFO


def _length(header: str | None) -> int | None:
    """Return Content-Length, a claim of the client's, as a number or not at all."""
    return int(header) if header and header.isdecimal() and len(header) < 16 else None
