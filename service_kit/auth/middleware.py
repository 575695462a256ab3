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

from collections.abc import Collection
from typing import Any, Final

from falcon import Request, Response

from service_kit.auth.authenticator import Authenticator
from service_kit.auth.caller import Caller, Credential
from service_kit.auth.credentials import credential_of
from service_kit.auth.refusals import RefusalBudget, address_of
from service_kit.auth.verification import Verification
from service_kit.flags import Flag
from service_kit.http.problem import FeatureDisabled, Forbidden

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


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
        credential = credential_of(req, self._cookie_name)
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
        credential = credential_of(req, self._cookie_name)
        caller = self._authenticator.recall(credential)
        if caller is None:
            caller = await self._verification.verify(credential, address_of(req))
        self._admit(req, resource, credential, caller)

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
