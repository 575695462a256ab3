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
COOKIE: Final = "telesift_dashboard"
"""A name of our own: cookies do not know ports, and the host next door has one as well."""

_BODY_BYTES: Final = 4096


class Token(Struct):
    """What a person signs in with."""

    token: str


class SessionResource:
    """`POST /session` signs in with a token, `DELETE /session` signs out."""

    public: ClassVar = True

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def on_post(self, req: Request, resp: Response) -> None:
        """Put a valid token into a cookie that no script and no other site's page can use.

        JSON alone: a page of another site cannot send it unasked, and sign its visitor in.
        """
        if req.content_type != MEDIA_JSON:
            raise UnsupportedMediaType("Send the body as application/json.")
        token = _read(req)
        self._authenticator.verify(Credential(is_cookie=True, value=token))
        is_secure = req.scheme == "https"
        resp.set_cookie(COOKIE, token, path="/", secure=is_secure, same_site="Strict")
        resp.status = HTTP_204

    def on_delete(self, req: Request, resp: Response) -> None:
        """Take the cookie back."""
        resp.unset_cookie(COOKIE, path="/", same_site="Strict")
        resp.status = HTTP_204


def _read(req: Request) -> str:
    try:
        token = msgspec.json.decode(req.bounded_stream.read(_BODY_BYTES), type=Token).token
    except ValueError:
        raise BadRequest("Send {token}.", code="body_malformed") from None
    if not token.isascii() or not token.isprintable() or set(token) & set(' ",;\\'):
        raise Unauthenticated  # a cookie could not hold it
    return token
