# SPDX-License-Identifier: Apache-2.0
"""Admits requests: sets `req.context.caller` and `.credential`, or answers 401, 403, 429 or 503.

A resource says what it wants by attributes; without any it wants a known caller.

    class Health:
        public = True                           # anybody

    class Ledger:
        roles = frozenset({Role.ANALYST})       # one of these roles

    class Ratings:
        def __init__(self, flag: Flag) -> None:
            self.flag = flag                    # callers for whom the feature is on
"""

import re
from collections.abc import Collection
from typing import Any, Final

from falcon import Request, Response

from service_kit.auth.authenticator import Authenticator
from service_kit.auth.caller import Caller, Credential
from service_kit.auth.refusals import RefusalBudget, address_of
from service_kit.auth.verification import Verification
from service_kit.flags import Flag
from service_kit.http.problem import FeatureDisabled, Forbidden, Unauthenticated

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CREDENTIAL: Final = re.compile("[!-~]{1,8192}")  # visible ASCII, as much as a header holds


class AuthMiddleware:
    """Comes before everything that acts on behalf of a caller.

    Falcon calls it for resources only: a sink or a static route is open to anybody.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        cookie_name: str,
        allowed_origins: Collection[str] = (),
        budget: RefusalBudget | None = None,
    ) -> None:
        self._authenticator = authenticator
        self._verification = Verification(authenticator, budget)
        self._cookie_name = cookie_name
        self._allowed_origins = frozenset(allowed_origins)

    def process_resource(
        self, req: Request, resp: Response, resource: object, params: dict[str, Any]
    ) -> None:
        """Admit the caller of a WSGI application."""
        if _is_open(req, resource):
            return
        credential = self._credential(req)
        caller = self._authenticator.recall(credential)
        if caller is None:
            caller = self._verification.verify_now(credential, address_of(req))
        self._admit(req, resource, credential, caller)

    async def process_resource_async(
        self, req: Request, resp: Response, resource: object, params: dict[str, Any]
    ) -> None:
        """Admit the caller of an ASGI application, whose loop must not wait for a network call."""
        if _is_open(req, resource):
            return
        credential = self._credential(req)
        caller = self._authenticator.recall(credential)
        if caller is None:
            caller = await self._verification.verify(credential, address_of(req))
        self._admit(req, resource, credential, caller)

    def _credential(self, req: Request) -> Credential:
        """Find the bearer token or else the cookie; raises `Unauthenticated` without either."""
        scheme, _, token = (req.get_header("Authorization") or "").partition(" ")
        if scheme.lower() == "bearer":
            return Credential(is_cookie=False, value=_checked(token.strip()))
        cookies = req.get_cookie_values(self._cookie_name) or [""]
        return Credential(is_cookie=True, value=_checked(cookies[0]))

    def _admit(
        self, req: Request, resource: object, credential: Credential, caller: Caller
    ) -> None:
        req.context.caller = caller
        req.context.credential = credential
        if credential.is_cookie and req.method not in _SAFE_METHODS:
            self._check_origin(req)
        roles = getattr(resource, "roles", None)
        if roles is not None and roles.isdisjoint(caller.roles):
            raise Forbidden
        flag: Flag | None = getattr(resource, "flag", None)
        if flag is not None and not flag.enabled_for(caller.user_id):
            raise FeatureDisabled

    def _check_origin(self, req: Request) -> None:
        """Refuse a write that another site's page made a browser send along with its cookies."""
        if req.get_header("Origin") not in self._allowed_origins:
            raise Forbidden(
                "Call from an allowed origin, or with a bearer token.", code="origin_not_allowed"
            )


def _is_open(req: Request, resource: object) -> bool:
    return req.method == "OPTIONS" or getattr(resource, "public", False)


def _checked(value: str) -> str:
    """Refuse what cannot be a credential, before it is looked up or passed on."""
    if not _CREDENTIAL.fullmatch(value):
        raise Unauthenticated
    return value
