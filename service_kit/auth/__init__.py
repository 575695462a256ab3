# SPDX-License-Identifier: Apache-2.0
"""Authentication: who is calling, found in one of three modes (AUTH_MODE)."""

from service_kit.auth.authenticator import Authenticator, Remembering
from service_kit.auth.caller import Caller, Credential, Role
from service_kit.auth.dev import DevTokens
from service_kit.auth.host_session import HostSession
from service_kit.auth.jwt_tokens import JwtVerifier
from service_kit.auth.middleware import AuthMiddleware
from service_kit.auth.refusals import RefusalBudget
from service_kit.settings import AuthMode, ServiceSettings

__all__ = [
    "AuthMiddleware",
    "Authenticator",
    "Caller",
    "Credential",
    "Role",
    "admission",
    "authenticator",
]


def authenticator(settings: ServiceSettings) -> Authenticator:
    """Make the authenticator of AUTH_MODE."""
    if settings.auth_mode is AuthMode.DEV:
        return DevTokens(settings.auth_dev_tokens)
    if settings.auth_mode is AuthMode.JWT:
        return Remembering(JwtVerifier(settings).find, settings.auth_cache_seconds)
    host = HostSession(settings.auth_me_url or "", settings.auth_cookie_name)
    return Remembering(host.find, settings.auth_cache_seconds)


def admission(settings: ServiceSettings) -> AuthMiddleware:
    """Make the middleware that admits callers; strangers' questions to the host are counted."""
    is_asking = settings.auth_mode is AuthMode.SESSION
    return AuthMiddleware(
        authenticator(settings),
        settings.auth_cookie_name,
        settings.allowed_origins,
        RefusalBudget(settings.auth_refusals_per_minute) if is_asking else None,
    )
