# SPDX-License-Identifier: Apache-2.0
"""The whitelist: the catalog, compiled into one check an attribute.

Deny by default: what the catalog does not name is rejected (DESIGN section 2).
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from processors.catalog.model import Attribute, Catalog, Event
from processors.pipeline.checks import Check, compile_check
from processors.pipeline.reasons import Reason
from processors.pipeline.verdicts import Rejected


class Field(Struct, frozen=True):
    """One attribute of one event: its catalog key, its name on the OTLP wire and its check."""

    key: str
    wire_key: str
    check: Check


class AllowedEvent(Struct, frozen=True):
    """One event of the whitelist; `fields` are found by catalog key and by wire key."""

    name: str
    fields: Mapping[str, Field]
    required: frozenset[str]


class Whitelist(Struct, frozen=True):
    """The compiled catalog, and every attribute name that it is safe to answer with."""

    events: Mapping[str, AllowedEvent]
    attribute_names: frozenset[str]


def compile_whitelist(catalog: Catalog, secret: bytes) -> Whitelist:
    """Compile a catalog; `secret` keys the hash of every `sensitivity: hashed` attribute."""
    return Whitelist(
        events={name: _allowed(event, secret) for name, event in catalog.events.items()},
        attribute_names=frozenset(catalog.attributes),
    )


def _allowed(event: Event, secret: bytes) -> AllowedEvent:
    fields = [_field(attribute, secret) for attribute in event.attributes.values()]
    by_name = {field.key: field for field in fields} | {field.wire_key: field for field in fields}
    return AllowedEvent(event.name, by_name, event.required)


def _field(attribute: Attribute, secret: bytes) -> Field:
    return Field(attribute.key, attribute.wire_key, compile_check(attribute, secret))


def check_attributes(
    attributes: list[tuple[str, Any]], event: AllowedEvent, whitelist: Whitelist
) -> dict[str, Any]:
    """Give each attribute's clean value by wire key.

    Raises `Rejected` at the first attribute that may not pass or that is missing.
    """
    clean: dict[str, Any] = {}
    fields = event.fields
    for key, value in attributes:
        field = fields.get(key)
        if field is None:
            raise _not_allowed(key, whitelist)
        if field.wire_key in clean:
            raise Rejected(Reason.ATTRIBUTE_DUPLICATE, field.key)
        clean[field.wire_key] = field.check(value)
    for key in event.required:
        if fields[key].wire_key not in clean:
            raise Rejected(Reason.ATTRIBUTE_MISSING, key)
    return clean


def _not_allowed(key: str, whitelist: Whitelist) -> Rejected:
    if key == "body":
        return Rejected(Reason.BODY_NOT_ALLOWED)
    return Rejected(Reason.ATTRIBUTE_NOT_ALLOWED, key if key in whitelist.attribute_names else None)
