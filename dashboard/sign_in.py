# SPDX-License-Identifier: Apache-2.0
"""Mode dev's sign-in: a browser's page has no bearer token, so a cookie takes it along.

In the other modes the cookie is the host's own, and this resource is not there.
"""

from typing import ClassVar, Final

import msgspec
from falcon import HTTP_204, MEDIA_JSON, Request, Response
from msgspec import Struct

from service_kit.auth import Authenticator, Credential
from service_kit.problem import BadRequest, Unauthenticated, UnsupportedMediaType

PATH: Final = "/session"

_BODY_BYTES: Final = 4096


class _Token(Struct):
    token: str


class SessionResource:
    """`POST /session` signs in with a token, `DELETE /session` signs out."""

    public: ClassVar = True

    def __init__(self, authenticator: Authenticator, cookie_name: str) -> None:
        self._authenticator = authenticator
        self._cookie_name = cookie_name

    def on_post(self, req: Request, resp: Response) -> None:
        """Put a valid token into a cookie that no script and no other site's page can use.

        JSON alone: a page of another site cannot send it unasked, and sign its visitor in.
        """
        if req.content_type != MEDIA_JSON:
            raise UnsupportedMediaType("Send the body as application/json.")
        token = _read(req)
        self._authenticator.verify(Credential(is_cookie=True, value=token))
        resp.set_cookie(
            self._cookie_name, token, path="/", secure=req.scheme == "https", same_site="Strict"
        )
        resp.status = HTTP_204

    def on_delete(self, req: Request, resp: Response) -> None:
        """Take the cookie back."""
        resp.unset_cookie(self._cookie_name, path="/", same_site="Strict")
        resp.status = HTTP_204


def _read(req: Request) -> str:
    try:
        token = msgspec.json.decode(req.bounded_stream.read(_BODY_BYTES), type=_Token).token
    except ValueError:
        raise BadRequest("Send {token}.", code="body_malformed") from None
    if not token.isascii() or not token.isprintable() or set(token) & set(' ",;\\'):
        raise Unauthenticated  # a cookie could not hold it
    return token
