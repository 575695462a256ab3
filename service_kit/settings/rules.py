# SPDX-License-Identifier: Apache-2.0
"""What settings must satisfy together before a service may listen.

One row a rule: a sentence for the operator, and when it is broken.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from service_kit.settings.fields import Settings
from service_kit.settings.values import AuthMode, Sink


class Rule(NamedTuple):
    """`message` is what the operator reads where `is_broken` is true."""

    message: str
    is_broken: Callable[[Settings], bool]


def _lacks_tokens(s: Settings) -> bool:
    return s.auth_mode is AuthMode.DEV and not s.is_production and not s.auth_dev_tokens


def _has_not_one_jwt_key(s: Settings) -> bool:
    return s.auth_mode is AuthMode.JWT and bool(s.auth_jwt_secret) is bool(s.auth_jwt_jwks_url)


def _mixes_jwt_keys(s: Settings) -> bool:
    """Find the classic confusion, where a public key verifies as if it were a shared secret."""
    shared = bool(s.auth_jwt_secret)
    return s.auth_mode is AuthMode.JWT and any(
        algorithm.is_symmetric is not shared for algorithm in s.auth_jwt_algorithms
    )


RULES: Final = (
    Rule(
        "AUTH_MODE=dev is refused when ENVIRONMENT=production; use session or jwt",
        lambda s: s.auth_mode is AuthMode.DEV and s.is_production,
    ),
    Rule("AUTH_MODE=dev needs AUTH_DEV_TOKENS=token:user-uuid:role", _lacks_tokens),
    Rule(
        "AUTH_MODE=session needs AUTH_ME_URL, the host's address that answers who is calling",
        lambda s: s.auth_mode is AuthMode.SESSION and not s.auth_me_url,
    ),
    Rule("AUTH_MODE=jwt needs either AUTH_JWT_JWKS_URL or AUTH_JWT_SECRET", _has_not_one_jwt_key),
    Rule(
        "AUTH_JWT_ALGORITHMS must be HS* with AUTH_JWT_SECRET, and none of them with a JWKS",
        _mixes_jwt_keys,
    ),
    Rule(
        "TELESIFT_WORKERS above 1 needs TELESIFT_RATE_LIMIT_STORAGE_URL, one count for all workers",
        lambda s: s.workers > 1 and not s.rate_limit_storage_url,
    ),
    Rule(
        "TELESIFT_HASH_SECRET is required when ENVIRONMENT=production",
        lambda s: s.is_production and not s.hash_secret,
    ),
    Rule(
        "TELEMETRY_SINK=db needs DATABASE_URL when ENVIRONMENT=production",
        lambda s: s.is_production and Sink.DB in s.telemetry_sink and not s.database_url,
    ),
)
