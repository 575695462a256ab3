# SPDX-License-Identifier: Apache-2.0
"""Mode jwt: tokens signed by an issuer that we trust, by its published keys or a shared secret."""

from collections.abc import Callable
from functools import partial
from json import JSONDecodeError
from typing import Any, Final

import jwt
import structlog

from service_kit.auth.authenticator import Recognised
from service_kit.auth.caller import Credential, identify
from service_kit.http.problem import Unauthenticated, Unavailable
from service_kit.settings import JwtAlgorithm, ServiceSettings
from service_kit.telemetry import error_type

_TIMEOUT_SECONDS: Final = 2
_LEEWAY_SECONDS: Final = 5  # clocks differ a little
_DEFAULT_WITH_JWKS: Final = (JwtAlgorithm.RS256, JwtAlgorithm.ES256)
_DEFAULT_WITH_SECRET: Final = (JwtAlgorithm.HS256,)

_NO_KEYS: Final = (jwt.PyJWKClientConnectionError, jwt.PyJWKSetError, JSONDecodeError)
"""The issuer's keys cannot be fetched, or are none: not the token's fault."""

_log = structlog.get_logger()

FindKey = Callable[[str], Any]


class JwtVerifier:
    """Verifies a token's signature, times, audience and issuer, and reads its caller.

    The algorithms are ours to choose, never the token's; a token without an end is refused.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self._find_key = _key_finder(settings)
        self._claims = (
            settings.auth_jwt_user_claim,
            settings.auth_jwt_session_claim,
            settings.auth_jwt_roles_claim,
        )
        self._decode = partial(
            jwt.decode,
            algorithms=_algorithms(settings),
            audience=settings.auth_jwt_audience,
            issuer=settings.auth_jwt_issuer,
            leeway=_LEEWAY_SECONDS,
            options={
                "require": ["exp"],
                "verify_aud": settings.auth_jwt_audience is not None,
            },
        )

    def find(self, credential: Credential) -> Recognised:
        """Read the caller; raises `Unauthenticated`, or `Unavailable` without the issuer's keys."""
        try:
            claims = self._decode(credential.value, self._find_key(credential.value))
            caller = identify(*map(claims.get, self._claims))
        except _NO_KEYS as error:
            _log.warning("auth.keys_unavailable", error=error_type(error))
            raise Unavailable from None
        except (jwt.PyJWTError, ValueError):
            raise Unauthenticated from None
        return Recognised(caller, expires=claims["exp"])


def _algorithms(settings: ServiceSettings) -> list[str]:
    default = _DEFAULT_WITH_SECRET if settings.auth_jwt_secret else _DEFAULT_WITH_JWKS
    return list(settings.auth_jwt_algorithms or default)


def _key_finder(settings: ServiceSettings) -> FindKey:
    if settings.auth_jwt_secret:
        return lambda _: settings.auth_jwt_secret
    if not settings.auth_jwt_jwks_url:
        raise ValueError("AUTH_MODE=jwt needs either AUTH_JWT_JWKS_URL or AUTH_JWT_SECRET")
    # It caches the keys, and asks again for an unknown one at most every 30 s.
    client = jwt.PyJWKClient(settings.auth_jwt_jwks_url, timeout=_TIMEOUT_SECONDS)
    return client.get_signing_key_from_jwt
