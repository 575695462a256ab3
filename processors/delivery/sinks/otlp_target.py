# SPDX-License-Identifier: Apache-2.0
"""Where the `otlp` sink sends to, by the standard OTEL_EXPORTER_OTLP_* variables.

Source: the OpenTelemetry specification, "OpenTelemetry Protocol Exporter"; a variable with LOGS
in its name goes before the one without. The timeout is in seconds, as OpenTelemetry for Python
reads it.
"""

from collections.abc import Mapping
from typing import Final

import structlog
from msgspec import Struct
from opentelemetry.util.re import parse_env_headers

_DEFAULT_ENDPOINT: Final = "http://localhost:4318"
_DEFAULT_TIMEOUT_SECONDS: Final = 10.0

_log = structlog.get_logger()


class Target(Struct, frozen=True):
    """An OTLP/HTTP endpoint for logs; certificates are paths of PEM files."""

    url: str
    headers: Mapping[str, str] = {}
    timeout_seconds: float = _DEFAULT_TIMEOUT_SECONDS
    certificate: str | None = None
    client_certificate: tuple[str, str] | None = None


def target(environ: Mapping[str, str]) -> Target:
    """Read the endpoint from the environment."""
    certificate = _value(environ, "CLIENT_CERTIFICATE")
    key = _value(environ, "CLIENT_KEY")
    return Target(
        url=_url(environ),
        headers=parse_env_headers(_value(environ, "HEADERS") or "", liberal=True),
        timeout_seconds=_timeout(environ),
        certificate=_value(environ, "CERTIFICATE"),
        client_certificate=(certificate, key) if certificate and key else None,
    )


def _url(environ: Mapping[str, str]) -> str:
    if endpoint := environ.get("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"):
        return endpoint  # used as it is, says the specification
    endpoint = environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or _DEFAULT_ENDPOINT
    return f"{endpoint.rstrip('/')}/v1/logs"


def _timeout(environ: Mapping[str, str]) -> float:
    text = _value(environ, "TIMEOUT")
    try:
        seconds = float(text) if text else _DEFAULT_TIMEOUT_SECONDS
    except ValueError:
        seconds = 0.0
    if seconds > 0:
        return seconds
    _log.warning("otlp.timeout_invalid", used_seconds=_DEFAULT_TIMEOUT_SECONDS)
    return _DEFAULT_TIMEOUT_SECONDS


def _value(environ: Mapping[str, str], name: str) -> str | None:
    """Give a variable's value; an empty one counts as unset, as the specification says."""
    for variable in (f"OTEL_EXPORTER_OTLP_LOGS_{name}", f"OTEL_EXPORTER_OTLP_{name}"):
        if value := environ.get(variable, "").strip():
            return value
    return None
