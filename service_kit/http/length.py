# SPDX-License-Identifier: Apache-2.0
"""Refuses a body by the length that it announces, before anybody is asked who sends it."""

from falcon import Request, Response

from service_kit.http.limits import REQUEST_BYTES
from service_kit.http.problem import PayloadTooLarge


class LengthMiddleware:
    """Comes before authentication; what announces no length is bounded where it is read."""

    def __init__(self, most_bytes: int = REQUEST_BYTES) -> None:
        self._most_bytes = most_bytes

    def process_request(self, req: Request, resp: Response) -> None:
        """Raise `PayloadTooLarge` for a Content-Length over the limit."""
        if (req.content_length or 0) > self._most_bytes:
            raise PayloadTooLarge(f"A request holds at most {self._most_bytes} bytes.")

    async def process_request_async(self, req: Request, resp: Response) -> None:
        """Do the same in an ASGI application."""
        self.process_request(req, resp)
