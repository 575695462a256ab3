# SPDX-License-Identifier: Apache-2.0
"""docs/reference/settings.md: every setting of every service, and who reads it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec.structs import FieldInfo

from processors.catalog.model import Catalog
from service_kit.flags import Flag
from service_kit.settings import Environment
from service_kit.settings.reading import expected
from telesift.generate.writing import GENERATED, code, table
from telesift.settings import BY_SERVICE

_HEAD: Final = f"""\
# Settings

{GENERATED}

Every service reads its settings from environment variables, once, at start.
An empty variable counts as unset.
An unknown `TELESIFT_*` variable or a bad value stops the start with one line
that names the variable and what is expected, never the value.
"""

_OF_COMMANDS: Final = frozenset({"TELEMETRY_RETENTION_DAYS"})
"""What a command reads of a service's own settings."""

_RULES: Final = """
## Rules

A service refuses to start when one of these is broken:

"""

_STANDARD: Final = """
## OpenTelemetry's own

The services' own traces and metrics follow the
[standard variables](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
They are exported by OTLP over HTTP (`http/protobuf`) as soon as `OTEL_EXPORTER_OTLP_ENDPOINT`,
`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` is set,
unless `OTEL_SDK_DISABLED=true` or the signal's exporter is `none`.
`OTEL_TRACES_SAMPLER`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`, headers, timeouts and
batch sizes mean what the standard says.
"""


def render(_: Catalog) -> str:
    """Write the page."""
    head = ("variable", "meaning", "value", "default", "read by")
    return _HEAD + table(head, map(_row, _fields().values())) + _RULES + _rules() + _STANDARD


def _fields() -> dict[str, FieldInfo]:
    return {
        field.encode_name: field
        for kind in BY_SERVICE.values()
        for field in msgspec.structs.fields(kind)
    }


def _row(field: FieldInfo) -> tuple[str, ...]:
    name = field.encode_name
    return (
        code(name),
        _description(field),
        expected(field),
        ", ".join([_shown(field.default), *_elsewhere(name)]),
        ", ".join(readers(name)),
    )


def readers(name: str) -> list[str]:
    """Return who reads a variable: services by name, or all of them."""
    services = [
        service
        for service, kind in BY_SERVICE.items()
        if any(field.encode_name == name for field in msgspec.structs.fields(kind))
    ]
    if len(services) == len(BY_SERVICE):
        return ["all"]
    return services + (["commands"] if name in _OF_COMMANDS else [])


def _rules() -> str:
    rules = dict.fromkeys(rule for kind in BY_SERVICE.values() for rule in kind.rules)
    return "".join(f"- {rule.message}\n" for rule in rules)


def _description(field: FieldInfo) -> str:
    return str(field.type.__metadata__[-1].description)


def _elsewhere(name: str) -> Iterator[str]:
    for environment in Environment:
        values = {
            kind.defaults[environment][name]
            for kind in BY_SERVICE.values()
            if name in kind.defaults.get(environment, {})
        }
        for value in values:
            yield f"`{value}` in {environment}"


def _shown(default: Any) -> str:
    if default is None or default == ():
        return "unset"
    if isinstance(default, Flag):
        return "`true`" if default.buckets else "`false`"
    if isinstance(default, tuple):
        return f"`{','.join(default)}`"
    return f"`{default.value if isinstance(default, StrEnum) else default}`"
