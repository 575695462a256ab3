# SPDX-License-Identifier: Apache-2.0
"""Sign-in, sign-out and `/me`, which is how Telesift's services learn who is calling."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal
from uuid import UUID

from falcon import HTTP_204, Request, Response

from prompt_vault import passwords
from prompt_vault.forms import SignInForm, answer, read
from prompt_vault.models import Session, User, now
from prompt_vault.settings import VaultSettings
from prompt_vault.telemetry import ServerEvents
from service_kit.auth import Caller, Credential, Role
from service_kit.auth.dev import DevTokens
from service_kit.http.problem import Unauthenticated
from service_kit.telemetry import traced

SERVICE_ID: Final = "5e5e5e5e-0000-4000-8000-000000000001"
"""Who the vault itself is, in its own events."""

_LIFETIME: Final = timedelta(days=7)
_SAME_SITE: Final[Literal["Lax"]] = "Lax"  # a link from a chat or a mail still finds its user
_NOBODY: Final = passwords.conceal("")  # a name that does not exist takes as long to refuse


class Sessions:
    """Recognises callers, as `service_kit.auth.AuthMiddleware` wants it.

    Bearer tokens are the vault's own and, for development, those of AUTH_DEV_TOKENS: a service
    that receives one asks our `/me` whose it is.
    """

    def __init__(self, service_token: str, dev_tokens: Sequence[str]) -> None:
        self._bearers = DevTokens([f"{service_token}:{SERVICE_ID}:{Role.SERVICE}", *dev_tokens])

    def recall(self, credential: Credential) -> Caller | None:
        """Recognise a bearer token without asking the database; raises `Unauthenticated`."""
        return None if credential.is_cookie else self._bearers.recall(credential)

    def verify(self, credential: Credential) -> Caller:
        """Look a session up; raises `Unauthenticated`."""
        session = (
            Session.select(Session, User)
            .join(User)
            .where(Session.token_hash == _hash(credential.value), Session.expires_at > now())
            .first()
        )
        if session is None:
            raise Unauthenticated
        return Caller(str(session.user_id), str(session.id), _roles(session.user))


def _roles(user: User) -> frozenset[Role]:
    return frozenset({Role.USER, Role.ANALYST} if user.is_analyst else {Role.USER})


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True, slots=True)
class SignInResource:
    """`POST /sign-in`."""

    settings: VaultSettings
    events: ServerEvents
    public = True

    def on_post(self, req: Request, resp: Response) -> None:
        """Start a session; its cookie is out of reach for scripts and for other sites."""
        user = self._check(read(req, SignInForm))
        token = secrets.token_urlsafe(32)
        Session.create(token_hash=_hash(token), user=user, expires_at=now() + _LIFETIME)
        resp.set_cookie(
            self.settings.auth_cookie_name,
            token,
            max_age=int(_LIFETIME.total_seconds()),
            path="/",
            http_only=True,
            same_site=_SAME_SITE,
            secure=self.settings.is_production,
        )
        answer(resp, {"name": user.name})

    @traced("vault.sign_in")
    def _check(self, form: SignInForm) -> User:
        user: User | None = User.get_or_none(User.name == form.name)
        kept = bytes(user.password) if user else _NOBODY
        if not passwords.matches(form.password, kept) or user is None:
            # there is no session yet that a browser could send this with
            self.events.emit("auth.login.failure")
            raise Unauthenticated("Name and password do not belong together.")
        return user


@dataclass(frozen=True, slots=True)
class SignOutResource:
    """`POST /sign-out`."""

    cookie_name: str

    @traced("vault.sign_out")
    def on_post(self, req: Request, resp: Response) -> None:
        """End the session here and in the browser."""
        Session.delete().where(Session.id == UUID(req.context.caller.session_id)).execute()
        resp.unset_cookie(self.cookie_name, path="/", same_site=_SAME_SITE)
        resp.status = HTTP_204


@dataclass(frozen=True, slots=True)
class MeResource:
    """`GET /me`: Telesift's services read the first three members, the page all of them."""

    settings: VaultSettings

    def on_get(self, req: Request, resp: Response) -> None:
        """Answer with who is calling."""
        caller: Caller = req.context.caller
        me = {
            "user_id": caller.user_id,
            "session_id": caller.session_id,
            "roles": sorted(caller.roles),
        }
        answer(resp, me | self._for_the_page(caller) if caller.session_id else me)

    def _for_the_page(self, caller: Caller) -> dict[str, Any]:
        settings, user_id = self.settings, caller.user_id
        services = {"processor": settings.processor_url, "psr": settings.psr_url}
        if Role.ANALYST in caller.roles:
            services["dashboard"] = settings.dashboard_url
        return {
            "name": User.get_by_id(UUID(user_id)).name,
            "features": {
                "telemetry": settings.features_telemetry.enabled_for(user_id),
                "psr": settings.features_psr.enabled_for(user_id),
                "psr_after_duplicate": settings.asks_after_duplicate.enabled_for(user_id),
            },
            "services": services,
        }
