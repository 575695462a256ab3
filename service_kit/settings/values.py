# SPDX-License-Identifier: Apache-2.0
"""The kinds of value a setting can have; `EXPECTED` in each says what an error message asks for."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta

from service_kit.fields import UUID_PATTERN
from service_kit.settings import addresses, postgres_url

EXPECTED: Final = "expected"
"""The key in a kind's `Meta.extra` that holds the words of the error message."""

OBJECTION: Final = "objection"
"""The key of a function that says what is wrong with a value of a kind; None if nothing is."""


class Environment(StrEnum):
    """Where a service runs; production takes no default that is only convenient."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class AuthMode(StrEnum):
    """How a caller is recognised."""

    SESSION = "session"
    JWT = "jwt"
    DEV = "dev"


class LogLevel(StrEnum):
    """The least severe log event that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class JwtAlgorithm(StrEnum):
    """A signature that we verify; `none` is not among them."""

    HS256 = "HS256"
    HS384 = "HS384"
    HS512 = "HS512"
    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    EDDSA = "EdDSA"

    @property
    def is_symmetric(self) -> bool:
        """Return whether whoever verifies could also sign."""
        return self.startswith("HS")


def folder_objection(text: str) -> str | None:
    """Return what is wrong with the path of a folder that may not exist yet."""
    if text.startswith("$"):
        return "begins with a variable that nothing has replaced"
    try:
        path = Path(text).expanduser()
        is_other = path.exists() and not path.is_dir()
    except OSError:
        return "is no path that this system can open"
    return "is a file; a folder is needed" if is_other else None


def expected(words: str) -> Meta:
    """Return what the error message about a bad value asks for."""
    return Meta(extra={EXPECTED: words})


def objecting(check: Callable[[str], str | None]) -> Meta:
    """Return what is asked of a value beyond its form."""
    return Meta(extra={OBJECTION: check})


def up_to(most: int) -> Meta:
    """Return what is asked of a number of things: at least one, and not absurdly many."""
    return Meta(ge=1, le=most, extra={EXPECTED: f"a whole number from 1 to {most}"})


Host = Annotated[
    str,
    Meta(min_length=1),
    expected("an IP address or a host name"),
    objecting(addresses.host_objection),
]
Folder = Annotated[Path, expected("a path"), objecting(folder_objection)]
Leeway = Annotated[int, Meta(ge=0, le=300), expected("a whole number from 0 to 300")]
Text = Annotated[str, Meta(min_length=1), expected("a text")]
Secret = Annotated[str, Meta(min_length=32), expected("at least 32 characters")]
Url = Annotated[
    str,
    Meta(pattern=r"^https?://\S+$"),
    expected("an http:// or https:// URL"),
    objecting(addresses.url_objection),
]
RedisUrl = Annotated[
    str,
    Meta(pattern=r"^rediss?://\S+$"),
    expected("a redis:// or rediss:// URL"),
    objecting(addresses.server_objection),
]
PostgresUrl = Annotated[
    str,
    Meta(pattern=r"^postgres(ql)?://\S*$"),
    expected("a postgresql:// URL"),
    objecting(postgres_url.objection),
]
Origin = Annotated[
    str,
    Meta(pattern=r"^[hH][tT][tT][pP][sS]?://[^/\s?#@*,]+$"),
    expected("origins such as https://app.example.com, comma separated, without a path or *"),
    objecting(addresses.origins_objection),
]
HeaderName = Annotated[
    str,
    Meta(pattern=r"^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$"),
    expected("headers' names, comma separated"),
]
Network = Annotated[
    str,
    Meta(pattern=r"^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$"),
    expected("addresses or networks such as 10.0.0.0/8, comma separated, without *"),
    objecting(addresses.networks_objection),
]
PathPrefix = Annotated[
    str,
    Meta(pattern=r"^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$", max_length=200),
    expected("a path such as /telesift, without a / at its end"),
]
CookieName = Annotated[
    str, Meta(pattern=r"^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$"), expected("a cookie's name")
]
DevToken = Annotated[
    str,
    Meta(pattern=rf"^[^\s:,]+:{UUID_PATTERN}:(user|service|analyst)(\+(user|service|analyst))*$"),
    expected("token:user-uuid:role[+role], comma separated; roles are user, service, analyst"),
]

_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


def normal_origin(origin: str) -> str:
    """Return an origin as browsers send it (RFC 6454, section 6.2)."""
    scheme, _, host = origin.lower().partition("://")
    return f"{scheme}://{host.removesuffix(_DEFAULT_PORTS.get(scheme, ''))}"
