# SPDX-License-Identifier: Apache-2.0
"""Mode dev's sign-in: a browser's page has no bearer token, so a cookie takes it along.

In the other modes the cookie is the host's own, and this resource is not there.
"""

from typing import ClassVar, Final

from falcon import HTTP_204, Request, Response

from dashboard.messages import Token
from service_kit.auth import Authenticator, Credential
from service_kit.http.body import require_json
from service_kit.http.forms import parse_form, parse_object
from service_kit.http.problem import Unauthenticated

PATH: Final = "/session"
COOKIE: Final = "telesift_dashboard"
"""A name of our own: cookies do not know ports, and the host beside us has one as well."""

BODY_BYTES: Final = 4096


class SessionResource:
    """`POST /session` signs in with a token, `DELETE /session` signs out."""

    public: ClassVar = True

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def on_post(self, req: Request, resp: Response) -> None:
        """Put a valid token into a cookie that no script and no other site's page can use.

        JSON alone: a page of another site cannot send it unasked, and sign its visitor in.
        """
        require_json(req)
        token = _read(req)
        self._authenticator.verify(Credential(is_cookie=True, value=token))
        is_secure = req.scheme == "https"
        # Without a path it holds where the browser sees us, be it at / or under a proxy's prefix.
        resp.set_cookie(COOKIE, token, secure=is_secure, same_site="Strict")
        resp.status = HTTP_204

    def on_delete(self, req: Request, resp: Response) -> None:
        """Remove the cookie."""
        resp.unset_cookie(COOKIE, same_site="Strict")
        resp.status = HTTP_204


def _read(req: Request) -> str:
    token = parse_form(parse_object(req.context.body), Token).token
    if not token.isascii() or not token.isprintable() or set(token) & set(' ",;\\'):
        raise Unauthenticated  # a cookie could not hold it
    return token
