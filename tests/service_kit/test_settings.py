# SPDX-License-Identifier: Apache-2.0
"""ServiceSettings: what is read, what is refused, and that no value is ever quoted."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from gunicorn.config import Config
from hypothesis import given
from hypothesis import strategies as st

from processors.delivery.sinks.sink import SinkName
from processors.gateway.settings import ProcessorSettings
from psr_service.settings import PsrSettings
from service_kit import flags
from service_kit.settings import (
    AuthMode,
    Environment,
    JwtAlgorithm,
    ServiceSettings,
    SettingsError,
    variable,
)
from telesift import settings
from telesift.server import options
from telesift.settings import BY_SERVICE
from tests.service_kit.apps import USER

NAMES = sorted(settings.VARIABLES)
DEV = {"AUTH_DEV_TOKENS": f"token:{USER}:user"}
SESSION = {"AUTH_MODE": "session", "AUTH_ME_URL": "http://vault:8000/me"}
PRODUCTION = SESSION | {"ENVIRONMENT": "production", "TELESIFT_HASH_SECRET": "s" * 32}
JWT = {"AUTH_MODE": "jwt"}
JWKS = {"AUTH_JWT_JWKS_URL": "https://idp/keys", "AUTH_JWT_AUDIENCE": "telesift"}


def read(environ: dict[str, str], *, serving: bool = True) -> Any:
    """Read the settings of the first service that has all of these variables."""
    given = environ.keys() & settings.VARIABLES
    kinds = (kind for kind in BY_SERVICE.values() if given <= names(kind))
    return settings.read(next(kinds, ProcessorSettings), environ, serving=serving)


def names(kind: type[ServiceSettings]) -> set[str]:
    """Return the variables of a service's settings."""
    return {field.encode_name for field in msgspec.structs.fields(kind)}


def problems(environ: dict[str, str]) -> list[str]:
    """Read settings that do not allow a start, and return the lines that say so."""
    with pytest.raises(SettingsError) as caught:
        read(environ)
    return caught.value.problems


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        (
            "TELEMETRY_SINK",
            "logs, db,otlp",
            "telemetry_sink",
            (SinkName.LOGS, SinkName.DB, SinkName.OTLP),
        ),
        ("TELEMETRY_SINK", "logs,logs", "telemetry_sink", (SinkName.LOGS,)),
        ("TELESIFT_DATA_DIR", "/var/lib/telesift", "data_dir", Path("/var/lib/telesift")),
        ("TELESIFT_RATE_LIMIT", " 60 ", "rate_limit", 60),
        ("TELESIFT_RATE_LIMIT", "", "rate_limit", 120),
        ("FEATURES_PSR", "25%", "features_psr", flags.parse("FEATURES_PSR", "25%")),
        ("FEATURES_TELEMETRY", "false", "features_telemetry", flags.off("FEATURES_TELEMETRY")),
        (
            "ALLOWED_ORIGINS",
            "https://a.example,http://localhost:3000",
            "allowed_origins",
            ("https://a.example", "http://localhost:3000"),
        ),
        (
            "AUTH_JWT_ALGORITHMS",
            "ES256,EdDSA",
            "auth_jwt_algorithms",
            (JwtAlgorithm.ES256, JwtAlgorithm.EDDSA),
        ),
        (
            "PROMPT_LOOKUP_URL",
            "http://vault/prompts/{prompt_id}",
            "prompt_lookup_url",
            "http://vault/prompts/{prompt_id}",
        ),
    ],
)
def test_a_variable_is_read_in_its_own_form(
    name: str, text: str, field: str, value: object
) -> None:
    """Lists, numbers, paths, flags: each as an operator would write it, spaces forgiven."""
    assert value == getattr(read(DEV | {name: text}), field)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("ENVIRONMENT", "prod", "one of development, staging, production"),
        ("AUTH_MODE", "basic", "one of session, jwt, dev"),
        ("TELEMETRY_SINK", "logs,kafka", "any of logs, db, otlp"),
        ("TELEMETRY_SINK", "logs,", "any of logs, db, otlp"),
        ("TELESIFT_WORKERS", "0", "a whole number from 1 to 256"),
        ("TELESIFT_WORKERS", "two", "a whole number from 1 to 256"),
        ("FEATURES_PSR", "101%", "true, false or a percentage such as 25%"),
        ("FEATURES_PSR", "yes", "true, false or a percentage such as 25%"),
        ("ALLOWED_ORIGINS", "*", "origins such as https://app.example.com"),
        ("ALLOWED_ORIGINS", "https://a.example/", "origins such as https://app.example.com"),
        ("ALLOWED_ORIGINS", "null", "origins such as https://app.example.com"),
        ("AUTH_ME_URL", "vault:8000/me", "an http:// or https:// URL"),
        ("AUTH_DEV_TOKENS", "token:42:user", "token:user-uuid:role[+role]"),
        ("AUTH_DEV_TOKENS", f"token:{USER}:root", "token:user-uuid:role[+role]"),
        ("AUTH_JWT_ALGORITHMS", "none", "any of HS256"),
        ("TELESIFT_HASH_SECRET", "short", "at least 32 characters"),
        ("TELESIFT_RATE_LIMIT_STORAGE_URL", "memory://", "a redis:// or rediss:// URL"),
        ("DATABASE_URL", "mysql://db", "a postgresql:// URL"),
        ("PROMPT_LOOKUP_URL", "http://vault/prompts", "contains {prompt_id}"),
    ],
)
def test_a_bad_value_is_refused_with_what_is_expected(name: str, text: str, says: str) -> None:
    """The line names the variable and what it takes."""
    (line,) = problems(DEV | {name: text})
    assert line.startswith(f"{name} must be ")
    assert says in line


@given(
    name=st.sampled_from(NAMES),
    canary=st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=30),
)
def test_no_value_is_ever_quoted(name: str, canary: str) -> None:
    """Whatever a variable holds, neither an error nor the settings' repr shows it."""
    secret = f"canary{canary}canary"
    try:
        shown = repr(read(DEV | {name: secret}))
    except SettingsError as error:
        shown = f"{error} {error!r}"
    assert "canary" not in shown


def test_every_problem_gets_its_line() -> None:
    """An operator repairs all of it in one go."""
    lines = problems({"TELESIFT_WORKERS": "x", "FEATURES_PSR": "x", "TELESIFT_NOPE": "x"})
    assert ["FEATURES_PSR", "TELESIFT_NOPE", "TELESIFT_WORKERS"] == sorted(
        line.partition(" ")[0] for line in lines
    )


def test_an_unknown_variable_of_ours_is_refused_with_the_likely_one() -> None:
    """A typing error must not silently mean the default."""
    expected = "TELESIFT_RATE_LIMITS is not a setting; did you mean TELESIFT_RATE_LIMIT?"
    assert [expected] == problems(DEV | {"TELESIFT_RATE_LIMITS": "60"})


def test_other_peoples_variables_are_left_alone() -> None:
    """Only TELESIFT_* is ours alone; PATH and a host's FEATURES_X are not."""
    assert read(DEV | {"PATH": "/bin", "FEATURES_SEARCH": "on"}).rate_limit == 120


@pytest.mark.parametrize(
    ("environ", "broken"),
    [
        ({}, "AUTH_MODE=dev needs AUTH_DEV_TOKENS"),
        (PRODUCTION | DEV | {"AUTH_MODE": "dev"}, "AUTH_MODE=dev is refused"),
        ({"ENVIRONMENT": "staging"}, "AUTH_MODE=session needs AUTH_ME_URL"),
        (JWT, "either AUTH_JWT_JWKS_URL or AUTH_JWT_SECRET"),
        (
            JWT | {"AUTH_JWT_SECRET": "s" * 32, "AUTH_JWT_JWKS_URL": "https://idp/keys"},
            "either AUTH_JWT_JWKS_URL or AUTH_JWT_SECRET",
        ),
        (
            JWT | JWKS | {"AUTH_JWT_ALGORITHMS": "RS256,HS256"},
            "AUTH_JWT_ALGORITHMS must be",
        ),
        (
            JWT | {"AUTH_JWT_JWKS_URL": "https://idp/keys"},
            "AUTH_JWT_JWKS_URL needs AUTH_JWT_AUDIENCE",
        ),
        (
            JWT | {"AUTH_JWT_SECRET": "s" * 32, "AUTH_JWT_ALGORITHMS": "RS256"},
            "AUTH_JWT_ALGORITHMS must be",
        ),
        (DEV | {"TELESIFT_WORKERS": "2"}, "needs TELESIFT_RATE_LIMIT_STORAGE_URL"),
        (SESSION | {"ENVIRONMENT": "production"}, "TELESIFT_HASH_SECRET is required"),
        (PRODUCTION | {"TELEMETRY_SINK": "db"}, "TELEMETRY_SINK=db needs DATABASE_URL"),
    ],
)
def test_settings_must_fit_each_other(environ: dict[str, str], broken: str) -> None:
    """Each rule of the table refuses the start, alone."""
    (line,) = problems(environ)
    assert broken in line


@pytest.mark.parametrize(
    "environ",
    [
        DEV,
        SESSION,
        PRODUCTION,
        JWT | {"AUTH_JWT_SECRET": "s" * 32, "AUTH_JWT_ALGORITHMS": "HS512"},
        JWT | JWKS | {"AUTH_JWT_ALGORITHMS": "ES256"},
        DEV | {"TELESIFT_WORKERS": "2", "TELESIFT_RATE_LIMIT_STORAGE_URL": "redis://redis"},
        PRODUCTION | {"TELEMETRY_SINK": "db", "DATABASE_URL": "postgresql://db/telesift"},
    ],
)
def test_settings_that_fit_are_taken(environ: dict[str, str]) -> None:
    """What the rules ask for is also enough."""
    assert isinstance(read(environ), ServiceSettings)


def test_a_command_that_serves_nothing_needs_no_auth() -> None:
    """A migration job in production has a DATABASE_URL and nothing else."""
    environ = {"ENVIRONMENT": "production", "DATABASE_URL": "postgresql://db/telesift"}
    assert "postgresql://db/telesift" == read(environ, serving=False).database_url


@pytest.mark.parametrize(
    ("environ", "mode", "psr"),
    [
        (DEV, AuthMode.DEV, flags.on("FEATURES_PSR")),
        (SESSION | {"ENVIRONMENT": "staging"}, AuthMode.SESSION, flags.on("FEATURES_PSR")),
        (PRODUCTION, AuthMode.SESSION, flags.off("FEATURES_PSR")),
        (PRODUCTION | {"FEATURES_PSR": "true"}, AuthMode.SESSION, flags.on("FEATURES_PSR")),
    ],
)
def test_defaults_depend_on_the_environment(
    environ: dict[str, str], mode: AuthMode, psr: flags.Flag
) -> None:
    """In production ratings are off until they are switched on."""
    found = read(environ)
    assert (mode, psr) == (found.auth_mode, found.features_psr)


@pytest.mark.parametrize("kind", BY_SERVICE.values())
def test_a_struct_made_in_code_has_the_defaults_of_development(kind: type[ServiceSettings]) -> None:
    """A struct without arguments and an empty development environment are the same."""
    assert kind() == settings.read(kind, {}, serving=False)
    assert kind().environment is Environment.DEVELOPMENT


@pytest.mark.parametrize("kind", BY_SERVICE.values())
def test_a_flag_bears_the_name_of_its_variable(kind: type[ServiceSettings]) -> None:
    """The name decides which owners are in a share: it must be the same everywhere."""
    for field in msgspec.structs.fields(kind):
        value = getattr(kind(), field.name)
        if isinstance(value, flags.Flag):
            assert field.encode_name == value.name


def test_what_two_services_read_means_the_same_to_both() -> None:
    """One variable has one type, one default and one description."""
    declared: dict[str, set[str]] = {}
    for kind in BY_SERVICE.values():
        for field in msgspec.structs.fields(kind):
            shape = repr((field.type, field.default))
            declared.setdefault(field.encode_name, set()).add(shape)
    assert [] == [name for name, shapes in declared.items() if len(shapes) > 1]


def test_a_service_leaves_the_others_variables_alone() -> None:
    """One environment may hold the variables of all services."""
    environ = DEV | {"TELESIFT_OUTBOX_MAX_BYTES": "1000", "PSR_MIN_GROUP": "no number"}
    assert settings.read(ProcessorSettings, environ).outbox_max_bytes == 1000
    with pytest.raises(SettingsError):
        settings.read(PsrSettings, environ)


def links(service: str) -> dict[str, str]:
    """Return what Kubernetes sets for a Service with one named port."""
    address, port = "10.0.0.1", "4318"
    return {
        f"{service}_SERVICE_HOST": address,
        f"{service}_SERVICE_PORT": port,
        f"{service}_SERVICE_PORT_HTTP": port,
        f"{service}_PORT": f"tcp://{address}:{port}",
        f"{service}_PORT_4318_TCP": f"tcp://{address}:{port}",
        f"{service}_PORT_4318_TCP_PROTO": "tcp",
        f"{service}_PORT_4318_TCP_PORT": port,
        f"{service}_PORT_4318_TCP_ADDR": address,
    }


@pytest.mark.parametrize("service", ["TELESIFT", "TELESIFT_PROCESSOR", "TELESIFT_PSR"])
def test_service_links_of_kubernetes_do_not_stop_the_start(service: str) -> None:
    """A Service of our own name puts variables into every container of its namespace."""
    assert read(DEV) == read(DEV | links(service))


def test_a_setting_that_holds_a_service_link_has_its_default() -> None:
    """A Service's name may be the beginning of a setting's."""

    class Ported(ServiceSettings, frozen=True, kw_only=True):
        port: int = variable("TELESIFT_PORT", 4318)

    assert Ported() == settings.read(Ported, links("TELESIFT"), serving=False)


@pytest.mark.parametrize(
    "environ",
    [
        {"TELESIFT_SERVICE_HOST": "10.0.0.1"},
        {"TELESIFT_PORT": "4318"},
        {"TELESIFT_PORT": "http://10.0.0.1:4318"},
        links("TELESIFT") | {"TELESIFT_SERVICE_HOSTS": "10.0.0.1"},
        links("TELESIFT_PSR") | {"TELESIFT_SERVICE_HOST": "10.0.0.1"},
    ],
)
def test_what_only_resembles_a_service_link_is_refused(environ: dict[str, str]) -> None:
    """A typing error must not pass for a link."""
    (line,) = problems(DEV | environ)
    assert " is not a setting" in line


@pytest.mark.parametrize(
    ("name", "text", "most"),
    [
        ("TELESIFT_WORKERS", "257", 256),
        ("TELESIFT_RATE_LIMIT", "1000001", 1_000_000),
        ("AUTH_CACHE_SECONDS", "86401", 86_400),
        ("TELEMETRY_RETENTION_DAYS", "1000000000", 3650),
        ("TELESIFT_OUTBOX_MAX_BYTES", "9" * 18, 16 * 1024**4),
        ("TELESIFT_OUTBOX_MAX_AGE_HOURS", "9" * 5000, 365 * 24),
        ("PSR_MAX_PROMPTS_PER_DAY", "1001", 1000),
        ("PSR_MIN_GROUP", "10001", 10_000),
    ],
)
def test_an_absurd_number_is_refused(name: str, text: str, most: int) -> None:
    """A slip of the finger must not become a date of the year two million."""
    assert [f"{name} must be a whole number from 1 to {most}"] == problems(DEV | {name: text})


def test_every_number_has_an_upper_bound() -> None:
    """Also the next one that is added."""
    for kind in BY_SERVICE.values():
        for found in msgspec.inspect.type_info(kind).fields:  # type: ignore[attr-defined]
            shape = found.type
            while isinstance(shape, msgspec.inspect.Metadata):
                shape = shape.type
            if isinstance(shape, msgspec.inspect.IntType):
                assert shape.le is not None, found.encode_name


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("TELESIFT_HOST", "127.0.0.1:4319", "without a port"),
        ("TELESIFT_HOST", "localhost:4319", "without a port"),
        ("TELESIFT_HOST", "[::1]:4319", "without a port"),
        ("TELESIFT_HOST", "http://localhost", "not a URL"),
        ("TELESIFT_HOST", "unix:/run/telesift", "not a URL"),
        ("TELESIFT_HOST", "127.0.0", "must be an IP address or a host name"),
        ("TELESIFT_HOST", "300.0.0.1", "must be an IP address or a host name"),
        ("TELESIFT_HOST", "two names", "must be an IP address or a host name"),
        ("AUTH_ME_URL", "http://vault:80000/me", "has a port that is no number"),
        ("AUTH_ME_URL", "http://vault:x/me", "has a port that is no number"),
        ("AUTH_ME_URL", "http://:80/me", "names no host"),
        ("AUTH_ME_URL", "http://::1/me", "in brackets"),
        ("AUTH_ME_URL", "http://[::1/me", "in brackets"),
        ("AUTH_ME_URL", "http://ann:word@vault/me", "no user and no password"),
        ("AUTH_JWT_JWKS_URL", "https://idp:0/keys", "has a port that is no number"),
        ("PROMPT_LOOKUP_URL", "http://vault:80000/{prompt_id}", "has a port that is no number"),
        ("TELESIFT_PROCESSOR_URL", "http://processor:80000", "has a port that is no number"),
        ("TELESIFT_RATE_LIMIT_STORAGE_URL", "redis://redis:80000", "has a port that is no number"),
        ("ALLOWED_ORIGINS", "https://a.example,https://b:80000", "has a port that is no number"),
        ("TELESIFT_DATA_DIR", "~no-such-account/data", "must be a path"),
        ("TELESIFT_DATA_DIR", "$HOME/data", "nothing has replaced"),
        ("TELESIFT_DATA_DIR", __file__, "a folder is needed"),
        ("TELESIFT_DATA_DIR", "x" * 5000, "no path that this system can open"),
    ],
)
def test_an_absurd_address_is_refused(name: str, text: str, says: str) -> None:
    """One line, with the variable and without the value."""
    (line,) = problems(DEV | {name: text})
    assert line.startswith(name)
    assert says in line
    assert text not in line


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("::", "::"),
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
    ],
)
def test_an_address_of_either_kind_can_be_listened_on(host: str, address: str) -> None:
    """IPv6 stands in brackets before a port, however it was written."""
    config = Config()
    config.set("bind", options(read(DEV | {"TELESIFT_HOST": host}), 4319)["bind"])
    assert [(address, 4319)] == config.address


def test_a_home_is_found_without_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's environment holds the ~ as it was written: no folder of that name appears."""
    monkeypatch.setenv("HOME", "/home/ann")
    environ = {"TELESIFT_DATA_DIR": "~/telesift"}
    assert Path("/home/ann/telesift") == read(DEV | environ).data_dir


@pytest.mark.parametrize("text", ["telesift", "/", "/telesift/", "//other", "/a/../b", "/{x}"])
def test_a_path_prefix_is_a_plain_path(text: str) -> None:
    """It becomes part of routes."""
    (line,) = problems(DEV | {"TELESIFT_PATH_PREFIX": text})
    assert line.startswith("TELESIFT_PATH_PREFIX must be a path such as /telesift")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("*", "without *"),
        ("proxy", "addresses or networks"),
        ("10.0.0.1,", "addresses or networks"),
        ("10.0.0.1/8", "bits behind its prefix"),
        ("127.0.0.1,300.0.0.1", "an address that is none"),
        ("0.0.0.0/0", "must not be everybody"),
        ("::/0", "must not be everybody"),
    ],
)
def test_trusted_proxies_are_addresses(text: str, says: str) -> None:
    """Who trusts everybody lets each client choose its address."""
    (line,) = problems(DEV | {"TELESIFT_TRUSTED_PROXIES": text})
    assert line.startswith("TELESIFT_TRUSTED_PROXIES ")
    assert says in line
