# SPDX-License-Identifier: Apache-2.0
"""Mode jwt: tokens signed by an issuer that we trust, by its published keys or a shared secret."""

import math
import re
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, Protocol

import jwt

from service_kit.auth.authenticator import Recognised
from service_kit.auth.caller import Credential, identify
from service_kit.auth.published_keys import PublishedKeys
from service_kit.http.problem import Unauthenticated
from service_kit.settings import JwtAlgorithm, ServiceSettings

_DEFAULT_WITH_JWKS: Final = (JwtAlgorithm.RS256, JwtAlgorithm.ES256)
_DEFAULT_WITH_SECRET: Final = (JwtAlgorithm.HS256,)
_TIMES: Final = ("exp", "nbf", "iat")
_NUMBER: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")


class _Keys(Protocol):
    def known(self, kid: str | None, algorithm: str) -> Iterable[Any]: ...
    def renewed(self, kid: str | None, algorithm: str) -> Iterable[Any]: ...


class JwtVerifier:
    """Verifies a token's signature, times, audience and issuer, and reads its caller.

    The algorithms are ours to choose, never the token's; a token without an end is refused.
    """

    def __init__(
        self, settings: ServiceSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._algorithms = _algorithms(settings)
        self._keys = _keys(settings, self._algorithms, clock)
        self._claims = (
            settings.auth_jwt_user_claim,
            settings.auth_jwt_session_claim,
            settings.auth_jwt_roles_claim,
        )
        self._decode = partial(
            _Tokens().decode,
            algorithms=self._algorithms,
            audience=settings.auth_jwt_audience,
            issuer=settings.auth_jwt_issuer,
            leeway=settings.auth_jwt_leeway_seconds,
            options={
                "require": ["exp"],
                "verify_aud": settings.auth_jwt_audience is not None,
            },
        )

    def find(self, credential: Credential) -> Recognised:
        """Read the caller; raises `Unauthenticated`, or `Unavailable` without the issuer's keys."""
        try:
            claims = self._verified(credential.value)
            caller = identify(*(_claim(claims, name) for name in self._claims))
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise Unauthenticated from None
        return Recognised(caller, seconds=claims["exp"] - time.time())

    def _verified(self, token: str) -> dict[str, Any]:
        """Return the claims of a token that is in order."""
        header = jwt.get_unverified_header(token)
        kid, algorithm = header.get("kid"), header.get("alg")
        if algorithm not in self._algorithms:
            raise Unauthenticated  # the issuer is not asked for a key that we would not use
        for keys in (self._keys.known, self._keys.renewed):
            for key in keys(kid, algorithm):
                try:
                    return self._decode(token, key)
                except jwt.InvalidSignatureError:
                    continue  # keys without a kid are tried in turn
        raise Unauthenticated


class _Tokens(jwt.PyJWT):
    """Reads times that an issuer wrote as text, before they are verified like any others."""

    def _decode_payload(self, decoded: dict[str, Any]) -> dict[str, Any]:
        claims = super()._decode_payload(decoded)
        times = {name: _time(claims[name]) for name in _TIMES if name in claims}
        return claims | times


def _time(value: object) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value):  # type: ignore[arg-type]
        raise jwt.DecodeError("a time is a number")
    return value  # type: ignore[return-value]


def _claim(claims: dict[str, Any], name: str) -> object:
    """Return the claim of that name, or else the one to which its dots lead.

    The whole name comes first: names that are URLs have dots of their own.
    """
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


class _SharedSecret:
    """The one key of an issuer that shares it with us."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def known(self, kid: str | None, algorithm: str) -> Iterable[str]:
        """Return it, whatever a token says."""
        return (self._secret,)

    def renewed(self, kid: str | None, algorithm: str) -> Iterable[str]:
        """Return nothing: there is no other."""
        return ()


def _algorithms(settings: ServiceSettings) -> list[str]:
    default = _DEFAULT_WITH_SECRET if settings.auth_jwt_secret else _DEFAULT_WITH_JWKS
    return list(settings.auth_jwt_algorithms or default)


def _keys(settings: ServiceSettings, algorithms: list[str], clock: Callable[[], float]) -> _Keys:
    if settings.auth_jwt_secret:
        return _SharedSecret(settings.auth_jwt_secret)
    if not settings.auth_jwt_jwks_url:
        raise ValueError("AUTH_MODE=jwt needs either AUTH_JWT_JWKS_URL or AUTH_JWT_SECRET")
    if not settings.auth_jwt_audience:
        raise ValueError("AUTH_JWT_JWKS_URL needs AUTH_JWT_AUDIENCE")
    return PublishedKeys(settings.auth_jwt_jwks_url, algorithms, clock)
