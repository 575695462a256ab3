# SPDX-License-Identifier: Apache-2.0
"""One `request` event and one measurement a request.

Answered requests are logged at info, not sampled: "what became of mine?" is the question that a
log is for, and a line costs a few percent of a request. LOG_LEVEL=warning leaves only failures
of ours. Health probes, which nobody asks about, are at debug.
"""

import logging
import time
from typing import Final

import structlog
from falcon import Request, Response
from opentelemetry import metrics

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
        """Log and measure."""
        now = time.perf_counter()
        # Falcon refuses some methods before any middleware has seen the request.
        seconds = now - (req.context.get("started") or now)
        caller = req.context.get("caller")
        _log.log(
            _level(resp.status_code, resource),
            "request",
            method=req.method,
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
                "http.request.method": req.method,
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
    """Read Content-Length, a claim of the client's, as a number or not at all."""
    return int(header) if header and header.isdecimal() and len(header) < 16 else None
