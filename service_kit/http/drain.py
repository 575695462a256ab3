# SPDX-License-Identifier: Apache-2.0
"""Reads what is left of a body before the answer goes out, where threads serve connections.

gunicorn's gthread worker reads a body that was not read only after the answer is out. By then
the client may have sent its next request, which is read along, and then waited for in vain.
"""

from typing import Any, Final

from falcon import Request, Response

_MOST_BYTES: Final = 64 * 1024
"""Of more than that gunicorn ends the connection, and nothing can follow on it."""


class DrainBody:
    """Falcon middleware, the first of its list: it runs last, when the answer is decided."""

    def process_response(
        self, req: Request, resp: Response, resource: Any, req_succeeded: bool
    ) -> None:
        """Read the rest of the body, and forget it."""
        req.bounded_stream.read(_MOST_BYTES)
