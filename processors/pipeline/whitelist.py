# SPDX-License-Identifier: Apache-2.0
"""The whitelist: the catalog, compiled into one check an attribute.

Deny by default: what the catalog does not name is rejected (DESIGN section 2).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from processors.catalog.model import EVENT_NAME, RECORD_UID, USER_ID, Catalog, Event
from processors.limits import ATTRIBUTES_PER_RECORD
from processors.pipeline.checks import Check, compile_check
from processors.pipeline.records import AnyValue, KeyValue
from processors.pipeline.verdicts import Reason, Rejected

CLAIMS = frozenset((RECORD_UID, USER_ID, EVENT_NAME))
"""Attributes by which a client says what an event is and whose; no event lists them."""

_NOTHING = AnyValue()


class Field(NamedTuple):
    """One attribute of one event: its name on the OTLP wire and its check."""

    wire_key: str
    check: Check


class AllowedEvent(Struct, frozen=True):
    """One event of the whitelist.

    `fields` are found by catalog key and by wire key; `required` gives keys by wire key.
    """

    name: str
    fields: Mapping[str, Field]
    required: Mapping[str, str]


class Whitelist(Struct, frozen=True):
    """The compiled catalog, and every attribute name that it is safe to answer with."""

    events: Mapping[str, AllowedEvent]
    attribute_names: frozenset[str]
    check_session: Check

    def admitted_session(self, session_id: str | None) -> str | None:
        """Return a host's session id, or None where the catalog does not admit it."""
        try:
            self.check_session(AnyValue(stringValue=session_id))
        except Rejected:
            return None
        return session_id


def compile_whitelist(catalog: Catalog, secret: bytes) -> Whitelist:
    """Compile a catalog; `secret` keys the hash of every `sensitivity: hashed` attribute."""
    return Whitelist(
        events={name: _allowed(event, secret) for name, event in catalog.events.items()},
        attribute_names=frozenset(catalog.attributes),
        check_session=compile_check(catalog.attributes["session_id"], secret),
    )


def _allowed(event: Event, secret: bytes) -> AllowedEvent:
    fields = {}
    for key, attribute in event.attributes.items():
        fields[key] = Field(attribute.wire_key, compile_check(attribute, secret))
        fields[attribute.wire_key] = fields[key]
    required = {fields[key].wire_key: key for key in sorted(event.required)}
    return AllowedEvent(event.name, fields, required)


def check_attributes(
    attributes: Sequence[KeyValue], event: AllowedEvent, whitelist: Whitelist
) -> tuple[dict[str, str], dict[str, AnyValue]]:
    """Return each attribute's clean KeyValue by wire key, and what the client claims of itself.

    Raises `Rejected` at the first attribute that may not pass, or that is missing.
    """
    if len(attributes) > ATTRIBUTES_PER_RECORD:
        raise Rejected(Reason.ATTRIBUTES_TOO_MANY)
    clean: dict[str, str] = {}
    claims: dict[str, AnyValue] = {}
    fields = event.fields
    for attribute in attributes:
        key = attribute.key
        if key in CLAIMS:
            claims[key] = attribute.value or _NOTHING
            continue
        try:
            wire_key, check = fields[key]  # type: ignore[index]  # None is no key of it
        except KeyError:
            raise _not_allowed(key, whitelist) from None
        clean[wire_key] = check(attribute.value or _NOTHING)
    if len(clean) + len(claims) < len(attributes):
        raise Rejected(Reason.ATTRIBUTE_DUPLICATE)
    if not event.required.keys() <= clean.keys():
        missing = next(key for wire_key, key in event.required.items() if wire_key not in clean)
        raise Rejected(Reason.ATTRIBUTE_MISSING, missing)
    return clean, claims


def _not_allowed(key: str | None, whitelist: Whitelist) -> Rejected:
    if key == "body":
        return Rejected(Reason.BODY_NOT_ALLOWED)
    return Rejected(Reason.ATTRIBUTE_NOT_ALLOWED, key if key in whitelist.attribute_names else None)


def event_name(attributes: Sequence[KeyValue]) -> str:
    """Return the event's name where an SDK could not set `eventName` yet."""
    named = (a.value.stringValue for a in attributes if a.key == EVENT_NAME and a.value)
    return next(named, None) or ""
