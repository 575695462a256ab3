# SPDX-License-Identifier: Apache-2.0
"""Every setting of every Telesift service: one field, one environment variable.

The standard OTEL_* variables are the OpenTelemetry SDK's own and are not repeated here.
"""

from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from service_kit import flags, limits
from service_kit.flags import Flag
from service_kit.settings.values import (
    AuthMode,
    CookieName,
    Count,
    DevToken,
    Environment,
    JwtAlgorithm,
    LogLevel,
    Origin,
    PostgresUrl,
    PromptUrl,
    RedisUrl,
    Secret,
    Sink,
    Text,
    Url,
)

_GIBIBYTE = 1024**3


def _about(description: str) -> Meta:
    return Meta(description=description)


def _var(name: str, default: Any = None) -> Any:
    return field(name=name, default=default)


class Settings(Struct, frozen=True, kw_only=True):
    """What the operator decided; read once at start, never changed.

    The defaults are those of development; `defaults.py` lists what differs elsewhere.
    """

    environment: Annotated[Environment, _about("Where the service runs.")] = _var(
        "ENVIRONMENT", Environment.DEVELOPMENT
    )
    log_level: Annotated[LogLevel, _about("The least severe log event written to stderr.")] = _var(
        "LOG_LEVEL", LogLevel.INFO
    )
    host: Annotated[Text, _about("The address to listen on; 0.0.0.0 for all.")] = _var(
        "TELESIFT_HOST", "127.0.0.1"
    )
    workers: Annotated[
        Count, _about("Worker processes; more than one needs TELESIFT_RATE_LIMIT_STORAGE_URL.")
    ] = _var("TELESIFT_WORKERS", 1)
    data_dir: Annotated[
        Path, _about("Where the outbox, the ledger and the embedded PostgreSQL are kept.")
    ] = _var("TELESIFT_DATA_DIR", Path(".telesift"))

    auth_mode: Annotated[
        AuthMode,
        _about("How callers are recognised: the host's /me, signed tokens, or fixed test tokens."),
    ] = _var("AUTH_MODE", AuthMode.DEV)
    auth_dev_tokens: Annotated[
        tuple[DevToken, ...], _about("Test tokens of mode dev, which refuses to run in production.")
    ] = _var("AUTH_DEV_TOKENS", ())
    auth_me_url: Annotated[
        Url | None,
        _about("Mode session: the host's address that answers {user_id, session_id, roles}."),
    ] = _var("AUTH_ME_URL")
    auth_cookie_name: Annotated[
        CookieName, _about("The cookie that holds the host's session or token.")
    ] = _var("AUTH_COOKIE_NAME", "session")
    auth_cache_seconds: Annotated[
        Count, _about("How long a recognised caller is remembered: how late a sign-out may count.")
    ] = _var("AUTH_CACHE_SECONDS", 30)
    auth_jwt_jwks_url: Annotated[
        Url | None, _about("Mode jwt: where the issuer publishes its public keys.")
    ] = _var("AUTH_JWT_JWKS_URL")
    auth_jwt_secret: Annotated[
        Secret | None, _about("Mode jwt: the secret shared with the issuer, instead of its keys.")
    ] = _var("AUTH_JWT_SECRET")
    auth_jwt_algorithms: Annotated[
        tuple[JwtAlgorithm, ...],
        _about("Signatures accepted. Unset: RS256 and ES256 with a JWKS, HS256 with a secret."),
    ] = _var("AUTH_JWT_ALGORITHMS", ())
    auth_jwt_audience: Annotated[
        Text | None, _about("Mode jwt: what the token's aud must contain.")
    ] = _var("AUTH_JWT_AUDIENCE")
    auth_jwt_issuer: Annotated[Text | None, _about("Mode jwt: what the token's iss must be.")] = (
        _var("AUTH_JWT_ISSUER")
    )
    auth_jwt_user_claim: Annotated[Text, _about("The claim that holds the user's UUID.")] = _var(
        "AUTH_JWT_USER_CLAIM", "sub"
    )
    auth_jwt_session_claim: Annotated[Text, _about("The claim that names the session.")] = _var(
        "AUTH_JWT_SESSION_CLAIM", "sid"
    )
    auth_jwt_roles_claim: Annotated[Text, _about("The claim that lists the roles.")] = _var(
        "AUTH_JWT_ROLES_CLAIM", "roles"
    )
    allowed_origins: Annotated[
        tuple[Origin, ...],
        _about("Web origins that may call with cookies and read the answers, comma separated."),
    ] = _var("ALLOWED_ORIGINS", ())

    rate_limit: Annotated[Count, _about("Requests a minute, for each user and service.")] = _var(
        "TELESIFT_RATE_LIMIT", limits.REQUESTS_PER_MINUTE
    )
    rate_limit_storage_url: Annotated[
        RedisUrl | None, _about("The Redis in which workers share one count.")
    ] = _var("TELESIFT_RATE_LIMIT_STORAGE_URL")

    features_telemetry: Annotated[
        Flag, _about("Whether events are taken: true, false, or a percentage of the users.")
    ] = _var("FEATURES_TELEMETRY", flags.on("FEATURES_TELEMETRY"))
    features_psr: Annotated[
        Flag, _about("Whether ratings are taken: true, false, or a percentage of the users.")
    ] = _var("FEATURES_PSR", flags.on("FEATURES_PSR"))
    features_psr_aggregate: Annotated[
        Flag, _about("Whether an answer to a rating carries the prompt's average and count.")
    ] = _var("FEATURES_PSR_AGGREGATE", flags.on("FEATURES_PSR_AGGREGATE"))

    telemetry_sink: Annotated[
        tuple[Sink, ...], _about("Where accepted events go, comma separated.")
    ] = _var("TELEMETRY_SINK", (Sink.LOGS,))
    telemetry_retention_days: Annotated[Count, _about("How long events stay in PostgreSQL.")] = (
        _var("TELEMETRY_RETENTION_DAYS", 7)
    )
    hash_secret: Annotated[
        Secret | None, _about("The key of hashed attributes; keep it for good.")
    ] = _var("TELESIFT_HASH_SECRET")
    outbox_max_bytes: Annotated[
        Count, _about("How large the outbox may grow before its oldest events expire.")
    ] = _var("TELESIFT_OUTBOX_MAX_BYTES", _GIBIBYTE)
    outbox_max_age_hours: Annotated[
        Count, _about("How long an event may wait for a sink before it expires.")
    ] = _var("TELESIFT_OUTBOX_MAX_AGE_HOURS", 7 * 24)

    database_url: Annotated[
        PostgresUrl | None,
        _about("PostgreSQL; unset outside production, an embedded one is started."),
    ] = _var("DATABASE_URL")
    dashboard_database_url: Annotated[
        PostgresUrl | None,
        _about(
            "The dashboard's own login, a member of psr_analyst; unset outside production,"
            " that role of DATABASE_URL."
        ),
    ] = _var("DASHBOARD_DATABASE_URL")
    processor_url: Annotated[Url, _about("Where the dashboard asks for the ledger.")] = _var(
        "TELESIFT_PROCESSOR_URL", "http://127.0.0.1:4319"
    )
    psr_max_prompts_per_day: Annotated[
        Count, _about("How often a user is asked for a rating in a day.")
    ] = _var("PSR_MAX_PROMPTS_PER_DAY", 3)
    psr_min_group: Annotated[
        Count, _about("Distinct owners below which analytics show no mean and no note.")
    ] = _var("PSR_MIN_GROUP", 5)
    prompt_lookup_url: Annotated[
        PromptUrl | None,
        _about("The host's address of a prompt, asked whether the caller may rate it."),
    ] = _var("PROMPT_LOOKUP_URL")

    @property
    def is_production(self) -> bool:
        """Whether real users are on the other side."""
        return self.environment is Environment.PRODUCTION

    def __repr__(self) -> str:
        """Name no value: several are secrets, and a repr ends up in logs."""
        return f"Settings(environment={self.environment.value!r}, ...)"
