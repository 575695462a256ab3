# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema contract: one event of `POST /telemetry/events`, closed in every direction."""

import json
from typing import Any, Final

from processors.catalog.define import FORMATS
from processors.catalog.model import Attribute, Catalog, Event, Format, ValueType
from service_kit.fields import INT64_MAX
from telesift.generate.writing import NOTICE

_MS_MAX: Final = 2**53
_CLOCK: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_RFC3339: Final = (
    rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[Tt]{_CLOCK}:[0-5][0-9](?:\.[0-9]+)?(?:[Zz]|[+-]{_CLOCK})$"
)

_BEYOND: Final = (
    "The server also refuses what a schema cannot say: an event of more than 4 KB, a time out of "
    "range, and personal data in a free-form string."
)


def render(catalog: Catalog) -> str:
    """Write the schema (draft 2020-12) of a single event; a whole double counts as an integer."""
    return json.dumps(schema(catalog), indent=2) + "\n"


def schema(catalog: Catalog) -> dict[str, Any]:
    """Return the schema."""
    return {
        "$comment": NOTICE,
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{catalog.schema_url}/event.schema.json",
        "title": "A Telesift event",
        "description": f"One event of POST /telemetry/events. {_BEYOND}",
        "type": "object",
        "required": ["event", "ts"],
        "properties": {"event": {"enum": list(catalog.events)}},
        "allOf": [_branch(name) for name in catalog.events],
        "$defs": _own() | _attributes(catalog) | _events(catalog),
    }


def _branch(name: str) -> dict[str, Any]:
    return {
        "if": {"properties": {"event": {"const": name}}, "required": ["event"]},
        "then": _reference(f"event.{name}"),
    }


def _own() -> dict[str, Any]:
    uuid = _string(*FORMATS[Format.UUID])
    return {
        "own.ts": {
            "description": "When it happened: RFC 3339 with an offset, or epoch milliseconds.",
            "anyOf": [
                {"type": "string", "format": "date-time", "pattern": _RFC3339},
                {"type": "number", "exclusiveMinimum": 0, "maximum": _MS_MAX},
            ],
        },
        "own.id": uuid | {"description": "The event's id; made by the server where absent."},
        "own.user_id": {
            "description": "Whom a service speaks for, a UUID; ignored from everybody else."
        },
    }


def _attributes(catalog: Catalog) -> dict[str, Any]:
    return {f"attribute.{item.key}": _value(item) for item in catalog.used_whole()}


def _events(catalog: Catalog) -> dict[str, Any]:
    return {f"event.{name}": _event(event, catalog) for name, event in catalog.events.items()}


def _event(event: Event, catalog: Catalog) -> dict[str, Any]:
    own = {key: _reference(f"own.{key}") for key in ("ts", "id", "user_id")}
    return {
        "description": event.brief,
        "properties": {"event": {"const": event.name}}
        | own
        | {key: _use(use, catalog) for key, use in event.attributes.items()},
        "required": ["event", "ts", *sorted(event.required)],
        "additionalProperties": False,
    }


def _use(use: Attribute, catalog: Catalog) -> dict[str, Any]:
    if catalog.narrows(use):
        return _value(use)
    said = catalog.attributes[use.key].brief == use.brief
    return _reference(f"attribute.{use.key}") | ({} if said else {"description": use.brief})


def _value(attribute: Attribute) -> dict[str, Any]:
    return {"description": attribute.brief} | _SHAPES[attribute.type](attribute)


def _text(attribute: Attribute) -> dict[str, Any]:
    if attribute.members is not None:
        return {"enum": list(attribute.members)}
    return _string(attribute.pattern, attribute.max_bytes)


def _string(pattern: str | None, max_bytes: int | None) -> dict[str, Any]:
    # What a pattern admits is ASCII, so its bytes are its characters.
    bounds = {"pattern": pattern and f"^(?:{pattern})$", "maxLength": max_bytes}
    return {"type": "string"} | {key: bound for key, bound in bounds.items() if bound is not None}


def _integer(attribute: Attribute) -> dict[str, Any]:
    low = -INT64_MAX if attribute.minimum is None else attribute.minimum
    high = INT64_MAX if attribute.maximum is None else attribute.maximum
    return {"type": "integer", "minimum": low, "maximum": high}


def _double(attribute: Attribute) -> dict[str, Any]:
    return _integer(attribute) | {"type": "number"}


def _boolean(_: Attribute) -> dict[str, Any]:
    return {"type": "boolean"}


_SHAPES: Final = {
    ValueType.STRING: _text,
    ValueType.INT: _integer,
    ValueType.DOUBLE: _double,
    ValueType.BOOLEAN: _boolean,
}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}
