# SPDX-License-Identifier: Apache-2.0
"""What browsers must not do with an answer of the dashboard, nor take for fresh unasked."""

from typing import Final

from falcon import Request, Response

_HEADERS: Final = {
    # Scripts, styles and data from here alone; nothing inline, no frame around it.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


class SafeHeaders:
    """Middleware: sets the headers on every answer, errors and static files included."""

    def process_response(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        """Set the headers."""
        resp.set_headers(_HEADERS)
        if resp.get_header("Cache-Control") is None:
            resp.cache_control = ["no-cache"]  # a file's ETag tells whether it is the same

    async def process_response_async(
        self, req: Request, resp: Response, resource: object, req_succeeded: bool
    ) -> None:
        """Do the same in an ASGI application."""
        self.process_response(req, resp, resource, req_succeeded)
