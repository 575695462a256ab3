# SPDX-License-Identifier: Apache-2.0
"""The settings that every Telesift service has: one field, one environment variable.

A service adds its own in a subclass, with `variable` and `about`, and extends `defaults` and
`rules`. The standard OTEL_* variables are the OpenTelemetry SDK's own and are not repeated here.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple

from msgspec import Meta, Struct, field
from msgspec.structs import force_setattr

from service_kit.http.limits import REQUESTS_PER_MINUTE
from service_kit.settings.values import (
    AuthMode,
    CookieName,
    DevToken,
    Environment,
    Folder,
    HeaderName,
    Host,
    JwtAlgorithm,
    Leeway,
    LogLevel,
    Network,
    Origin,
    PostgresUrl,
    RedisUrl,
    Secret,
    Text,
    Url,
    normal_origin,
    up_to,
)


class Rule(NamedTuple):
    """What settings must satisfy together before a service may listen.

    `message` is what the operator reads where `is_broken` is true.
    """

    message: str
    is_broken: Callable[[Any], bool]


def about(description: str) -> Meta:
    """Describe a setting, for the reference page."""
    return Meta(description=description)


def variable(name: str, default: Any = None) -> Any:
    """Return a field that is read from an environment variable."""
    return field(name=name, default=default)


def _lacks_tokens(s: "ServiceSettings") -> bool:
    return s.auth_mode is AuthMode.DEV and not s.is_production and not s.auth_dev_tokens


def _has_not_one_jwt_key(s: "ServiceSettings") -> bool:
    return s.auth_mode is AuthMode.JWT and bool(s.auth_jwt_secret) is bool(s.auth_jwt_jwks_url)


def _lacks_audience(s: "ServiceSettings") -> bool:
    is_jwks = bool(s.auth_jwt_jwks_url) and not s.auth_jwt_secret
    return s.auth_mode is AuthMode.JWT and is_jwks and not s.auth_jwt_audience


def _mixes_jwt_keys(s: "ServiceSettings") -> bool:
    """Return whether a public key could verify as a shared secret, the classic confusion."""
    shared = bool(s.auth_jwt_secret)
    return s.auth_mode is AuthMode.JWT and any(
        algorithm.is_symmetric is not shared for algorithm in s.auth_jwt_algorithms
    )


class ServiceSettings(Struct, frozen=True, kw_only=True):
    """What the operator decided; read once at start, never changed.

    Field defaults are those of development. `defaults` holds what an unset variable means
    elsewhere, written as the operator would write it, so that it is read like any other value.
    """

    defaults: ClassVar[Mapping[Environment, Mapping[str, str]]] = {
        Environment.STAGING: {"AUTH_MODE": "session"},
        Environment.PRODUCTION: {"AUTH_MODE": "session"},
    }
    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "AUTH_MODE=dev is refused when ENVIRONMENT=production; use session or jwt",
            lambda s: s.auth_mode is AuthMode.DEV and s.is_production,
        ),
        Rule("AUTH_MODE=dev needs AUTH_DEV_TOKENS=token:user-uuid:role", _lacks_tokens),
        Rule(
            "AUTH_MODE=session needs AUTH_ME_URL, the host's address that answers who is calling",
            lambda s: s.auth_mode is AuthMode.SESSION and not s.auth_me_url,
        ),
        Rule(
            "AUTH_MODE=jwt needs either AUTH_JWT_JWKS_URL or AUTH_JWT_SECRET", _has_not_one_jwt_key
        ),
        Rule(
            "AUTH_JWT_JWKS_URL needs AUTH_JWT_AUDIENCE: its keys sign tokens for others as well",
            _lacks_audience,
        ),
        Rule(
            "AUTH_JWT_ALGORITHMS must be HS* with AUTH_JWT_SECRET, and none of them with a JWKS",
            _mixes_jwt_keys,
        ),
        Rule(
            "TELESIFT_WORKERS above 1 needs TELESIFT_RATE_LIMIT_STORAGE_URL,"
            " one count for all workers",
            lambda s: s.workers > 1 and not s.rate_limit_storage_url,
        ),
    )

    environment: Annotated[Environment, about("Where the service runs.")] = variable(
        "ENVIRONMENT", Environment.DEVELOPMENT
    )
    log_level: Annotated[LogLevel, about("The least severe log event written to stderr.")] = (
        variable("LOG_LEVEL", LogLevel.INFO)
    )
    host: Annotated[
        Host, about("The address to listen on; 0.0.0.0 for all of IPv4, :: for IPv6 as well.")
    ] = variable("TELESIFT_HOST", "127.0.0.1")
    trusted_proxies: Annotated[
        tuple[Network, ...],
        about(
            "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, as addresses or"
            " networks, comma separated."
        ),
    ] = variable("TELESIFT_TRUSTED_PROXIES", ())
    workers: Annotated[
        int,
        up_to(256),
        about("Worker processes; more than one needs TELESIFT_RATE_LIMIT_STORAGE_URL."),
    ] = variable("TELESIFT_WORKERS", 1)
    data_dir: Annotated[
        Folder,
        about("Where the outbox, the ledger and the embedded PostgreSQL are kept; ~ is a home."),
    ] = variable("TELESIFT_DATA_DIR", Path(".telesift"))
    database_url: Annotated[
        PostgresUrl | None,
        about("PostgreSQL; unset outside production, an embedded one is started."),
    ] = variable("DATABASE_URL")

    auth_mode: Annotated[
        AuthMode,
        about("How callers are recognised: the host's /me, signed tokens, or fixed test tokens."),
    ] = variable("AUTH_MODE", AuthMode.DEV)
    auth_dev_tokens: Annotated[
        tuple[DevToken, ...], about("Test tokens of mode dev, which refuses to run in production.")
    ] = variable("AUTH_DEV_TOKENS", ())
    auth_me_url: Annotated[
        Url | None,
        about("Mode session: the host's address that answers {user_id, session_id, roles}."),
    ] = variable("AUTH_ME_URL")
    auth_cookie_name: Annotated[
        CookieName, about("The cookie that holds the host's session or token.")
    ] = variable("AUTH_COOKIE_NAME", "session")
    auth_cache_seconds: Annotated[
        int,
        up_to(86_400),
        about("How long a recognised caller is remembered: how late a sign-out may count."),
    ] = variable("AUTH_CACHE_SECONDS", 30)
    auth_refusals_per_minute: Annotated[
        int,
        up_to(1_000_000),
        about(
            "Mode session: unknown credentials that the host may refuse per minute and address,"
            " before 429; behind a proxy that hides addresses, all callers share one."
        ),
    ] = variable("AUTH_REFUSALS_PER_MINUTE", 60)
    auth_jwt_jwks_url: Annotated[
        Url | None, about("Mode jwt: where the issuer publishes its public keys.")
    ] = variable("AUTH_JWT_JWKS_URL")
    auth_jwt_secret: Annotated[
        Secret | None, about("Mode jwt: the secret shared with the issuer, instead of its keys.")
    ] = variable("AUTH_JWT_SECRET")
    auth_jwt_algorithms: Annotated[
        tuple[JwtAlgorithm, ...],
        about("Signatures accepted. Unset: RS256 and ES256 with a JWKS, HS256 with a secret."),
    ] = variable("AUTH_JWT_ALGORITHMS", ())
    auth_jwt_audience: Annotated[
        Text | None, about("Mode jwt: what the token's aud must contain; a JWKS needs it.")
    ] = variable("AUTH_JWT_AUDIENCE")
    auth_jwt_issuer: Annotated[Text | None, about("Mode jwt: what the token's iss must be.")] = (
        variable("AUTH_JWT_ISSUER")
    )
    auth_jwt_leeway_seconds: Annotated[
        Leeway, about("Mode jwt: how far the issuer's clock and ours may be apart.")
    ] = variable("AUTH_JWT_LEEWAY_SECONDS", 60)
    auth_jwt_user_claim: Annotated[
        Text, about("The claim that holds the user's UUID; dots lead into nested claims.")
    ] = variable("AUTH_JWT_USER_CLAIM", "sub")
    auth_jwt_session_claim: Annotated[Text, about("The claim that names the session.")] = variable(
        "AUTH_JWT_SESSION_CLAIM", "sid"
    )
    auth_jwt_roles_claim: Annotated[
        Text, about("The claim that lists the roles, or holds one, such as realm_access.roles.")
    ] = variable("AUTH_JWT_ROLES_CLAIM", "roles")
    allowed_origins: Annotated[
        tuple[Origin, ...],
        about("Web origins that may call with cookies and read the answers, comma separated."),
    ] = variable("ALLOWED_ORIGINS", ())

    allowed_headers: Annotated[
        tuple[HeaderName, ...],
        about("Request headers that pages may send beside the usual ones, comma separated."),
    ] = variable("ALLOWED_HEADERS", ())

    rate_limit: Annotated[
        int, up_to(1_000_000), about("Requests per minute, for each user and service.")
    ] = variable("TELESIFT_RATE_LIMIT", REQUESTS_PER_MINUTE)
    rate_limit_storage_url: Annotated[
        RedisUrl | None, about("The Redis in which workers share one count.")
    ] = variable("TELESIFT_RATE_LIMIT_STORAGE_URL")

    def __post_init__(self) -> None:
        """Write origins as browsers send them: in lower case, without the scheme's own port."""
        force_setattr(self, "allowed_origins", tuple(map(normal_origin, self.allowed_origins)))

    @property
    def is_production(self) -> bool:
        """Return whether real users are on the other side."""
        return self.environment is Environment.PRODUCTION

    def __repr__(self) -> str:
        """Return a name without values: several are secrets, and a repr ends up in logs."""
        return f"{type(self).__name__}(environment={self.environment.value!r}, ...)"
