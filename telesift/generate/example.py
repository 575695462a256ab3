# SPDX-License-Identifier: Apache-2.0
"""One example of an event, from the examples of its attributes."""

from typing import Any, Final

from processors.catalog.model import Attribute, Event, Sensitivity, Value
from service_kit.hashing import keyed_hash

TIME: Final = "2026-11-30T09:30:00Z"
UID: Final = "7d0c5a52-9f3e-4c1b-8a64-2e8f1b7c3d90"
USER: Final = "11111111-1111-4111-8111-111111111111"
_SECRET: Final = b"an example's secret"


def sent(event: Event) -> dict[str, Any]:
    """Return the event as a client would post it, with every attribute that it may carry."""
    attributes = {key: _example(attribute) for key, attribute in event.attributes.items()}
    return {"event": event.name, "ts": TIME, **attributes}


def kept(event: Event) -> dict[str, Any]:
    """Return the same event after redaction and stamping, in the names of the database."""
    attributes = {key: _redacted(attribute) for key, attribute in event.attributes.items()}
    return {"id": UID, "event": event.name, "ts": TIME, "user_id": USER, **attributes}


def _example(attribute: Attribute) -> Value | None:
    """Return the first of its values; none where `lint` still asks for an example."""
    return next(iter(attribute.members or attribute.examples), None)


def _redacted(attribute: Attribute) -> Value | None:
    value = _example(attribute)
    if attribute.sensitivity is Sensitivity.HASHED:
        return keyed_hash(_SECRET, str(value))
    return value
