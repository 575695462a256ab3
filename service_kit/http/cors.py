# SPDX-License-Identifier: Apache-2.0
"""Cross-origin requests: pages of the allowed origins may call, with cookies, and read answers.

Falcon's own middleware allows any header and a day of caching that no browser grants, and
leaves `Vary` to the application; the whole policy fits here.
"""

from collections.abc import Collection, Iterable
from typing import Final

from falcon import HTTP_204, Request, Response

_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS: Final = (
    "Authorization", "Content-Type", "Content-Encoding", "If-None-Match", "Telesift-Sent-At",
    # What tracing libraries add to every request of a page: refused, they would break ours.
    "Traceparent", "Tracestate", "Baggage", "Sentry-Trace",
    "B3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-ParentSpanId", "X-B3-Sampled", "X-B3-Flags",
    "X-Datadog-Trace-Id", "X-Datadog-Parent-Id", "X-Datadog-Origin",
    "X-Datadog-Sampling-Priority", "X-Datadog-Tags",
)  # fmt: skip
_ANSWER_HEADERS: Final = (
    "Traceparent, Traceresponse, Retry-After, ETag, "
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"
)
_PREFLIGHT_SECONDS: Final = "7200"  # the longest that Chromium grants


class CorsMiddleware:
    """Answers preflights itself, before authentication: browsers send them without credentials."""

    def __init__(
        self, allowed_origins: Collection[str], allowed_headers: Iterable[str] = ()
    ) -> None:
        self._allowed = frozenset(allowed_origins)
        self._headers = ", ".join((*_REQUEST_HEADERS, *allowed_headers))

    def process_request(self, req: Request, resp: Response) -> None:
        """Answer a preflight; without an allowed origin the browser finds no permission in it."""
        if req.method != "OPTIONS" or not req.get_header("Access-Control-Request-Method"):
            return
        resp.status = HTTP_204
        resp.complete = True
        if req.get_header("Origin") in self._allowed:
            resp.set_header("Access-Control-Allow-Methods", _METHODS)
            resp.set_header("Access-Control-Allow-Headers", self._headers)
            resp.set_header("Access-Control-Max-Age", _PREFLIGHT_SECONDS)

    def process_response(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        """Set the headers by which pages of allowed origins may read the answer, errors too.

        What an answer is, is never guessed from its content.
        """
        resp.set_header("X-Content-Type-Options", "nosniff")
        if not self._allowed:
            return
        resp.append_header("Vary", "Origin")
        origin = req.get_header("Origin")
        if origin in self._allowed:
            resp.set_header("Access-Control-Allow-Origin", origin)
            resp.set_header("Access-Control-Allow-Credentials", "true")
            resp.set_header("Access-Control-Expose-Headers", _ANSWER_HEADERS)

    async def process_request_async(self, req: Request, resp: Response) -> None:
        """Do the same in an ASGI application."""
        self.process_request(req, resp)

    async def process_response_async(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        """Do the same in an ASGI application."""
        self.process_response(req, resp, resource, req_succeeded)
