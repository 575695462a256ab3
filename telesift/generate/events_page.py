# SPDX-License-Identifier: Apache-2.0
"""The event catalog as a page: every event, every attribute, what is sent and what is kept."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from processors.catalog.lint import CHECKS
from processors.catalog.model import Attribute, Catalog, Event, Sensitivity, Value
from service_kit.hashing import keyed_hash
from telesift.generate.collector import UNEXPRESSED
from telesift.generate.writing import NOTICE, table

_INTRO: Final = """\
# Event catalog

Whatever is not on this page is rejected.
An event carries the attributes that its table lists and nothing else: no text, no query, no name.
How to add an event: [CONTRIBUTING](../../CONTRIBUTING.md).
The machine-readable contract: [event.schema.json](../../processors/catalog/event.schema.json).

Beside its attributes an event says `event` (its name) and `ts` (when it happened), and may say `id`
(a UUID, by which a repeated delivery counts once).
`user_id` comes from the authenticated session, never from the client.
Of an OTLP resource only the attributes survive that the dictionary says the resource uses.
"""

_DICTIONARY: Final = """\
## Attribute dictionary

An attribute means the same wherever it occurs; an event may narrow the values it admits.
`pseudonymous` values are kept for the reason given; `hashed` values are replaced by a keyed
HMAC-SHA-256 before anything else sees them.
Free-form strings are also checked for personal data and credentials.
"""

_WRITING: Final = """\
## Writing a definition

The catalog is an OpenTelemetry Weaver registry (`definition/2`) in `processors/catalog/events/`.
What Weaver has no word for stands under `annotations.telesift`; a key that is not listed here is
an error.
`owner` and `review_by` may stand once per file, as the annotations of an attribute group with
`visibility: public`: they hold for every event and attribute of that file that has none of its own.
"""

ANNOTATIONS: Final = (
    ("sensitivity", "`none`, `pseudonymous` (kept for a reason) or `hashed`; required"),
    ("reason", "why a sensitive value is needed at all"),
    ("pattern", "a string's regular expression; the whole value must match"),
    ("max_bytes", "a string's longest length"),
    ("format", "`uuid` or `sha256`, in place of a pattern and a length"),
    ("min", "a number's lower bound, inclusive"),
    ("max", "a number's upper bound, inclusive"),
    ("unit", "a number's unit, in UCUM"),
    ("members", "in an event's reference: the members of an enum that this event admits"),
    ("wire_key", "the attribute's name in OTLP, where the semantic conventions have one"),
    ("owner", "the team that answers for it: `@org/team`"),
    ("review_by", "the date by which it is looked at again, or removed"),
)
"""Every key that a definition may have under `annotations.telesift`."""

_LINT: Final = """\
`telesift catalog lint` asks of every definition:
"""

_COLLECTOR: Final = """\
## Enforced twice

A stock OpenTelemetry Collector enforces the same catalog with the generated
`collector-config/generated/whitelist.yaml`: what the processor refuses, it drops.
What it does not repeat:
"""


def render(catalog: Catalog) -> str:
    """Write the page; every events_page is made of the catalog's own."""
    head = f"<!-- {NOTICE} -->\n{_INTRO}"
    about = f"Version {catalog.version}: {len(catalog.events)} events.\n"
    sections = map(_event, catalog.events.values())
    parts = (head, about, _overview(catalog), *sections, *_dictionary(catalog))
    return "\n".join((*parts, *_writing(), *_collector()))


def _overview(catalog: Catalog) -> str:
    return table(
        ("event", "what happened", "owner", "review by"),
        (
            (f"[`{event.name}`](#{_anchor(event.name)})", event.brief, event.owner, event.review_by)
            for event in catalog.events.values()
        ),
    )


def _event(event: Event) -> str:
    uses = event.attributes.values()
    attributes = table(
        ("attribute", "required", "what it is", "admits"),
        (
            (f"[`{use.key}`](#{_anchor(use.key)})", _required(event, use), use.brief, _admits(use))
            for use in uses
        ),
    )
    about = f"{event.brief}\n{event.note}\n" if event.note else f"{event.brief}\n"
    return "\n".join(
        (
            f"## {event.name}\n",
            about,
            attributes,
            f"Sent:\n\n{_json(sent(event))}",
            f"Kept{_redactions(uses)}:\n\n{_json(kept(event))}",
        )
    )


def _required(event: Event, attribute: Attribute) -> str:
    return "yes" if attribute.key in event.required else ""


def _redactions(attributes: Iterable[Attribute]) -> str:
    hashed = [f"`{a.key}`" for a in attributes if a.sensitivity is Sensitivity.HASHED]
    return f" ({', '.join(hashed)} hashed)" if hashed else ""


def _dictionary(catalog: Catalog) -> Iterator[str]:
    yield _DICTIONARY
    for key, attribute in catalog.attributes.items():
        facts: tuple[tuple[str, object], ...] = (
            ("Type", attribute.type),
            ("Admits", _admits(attribute)),
            ("Unit", attribute.unit and f"`{attribute.unit}`"),
            ("In OTLP", f"`{attribute.wire_key}`"),
            ("Sensitivity", ". ".join(filter(None, (attribute.sensitivity, attribute.reason)))),
            ("Example", ", ".join(f"`{value}`" for value in attribute.examples)),
            ("Owner", f"{attribute.owner}, review by {attribute.review_by}"),
            ("Used by", _users(key, catalog)),
        )
        lines = "".join(f"- {name}: {fact}\n" for name, fact in facts if fact)
        note = attribute.note and f"{attribute.note}\n"
        yield f"### {key}\n\n{attribute.brief}\n{note}\n{lines}"


def _users(key: str, catalog: Catalog) -> str:
    events = [f"`{name}`" for name, event in catalog.events.items() if key in event.attributes]
    return ", ".join([*events, *(["the OTLP resource"] if key in catalog.resource else [])])


def _admits(attribute: Attribute) -> str:
    if attribute.members is not None:
        return ", ".join(f"`{member}`" for member in attribute.members)
    if attribute.format is not None:
        return {"uuid": "a UUID", "sha256": "64 lowercase hex digits"}[attribute.format]
    if attribute.pattern is not None:
        return f"`{attribute.pattern}`, at most {attribute.max_bytes} characters"
    if attribute.minimum is not None:
        upper = " or more" if attribute.maximum is None else f" to {attribute.maximum}"
        return f"{attribute.minimum}{upper}"
    return "any"


def _writing() -> Iterator[str]:
    yield _WRITING
    yield table(("key", "what it says"), ((f"`{key}`", says) for key, says in ANNOTATIONS))
    yield _LINT
    yield table(("check", "rule"), ((f"`{check.id}`", check.summary) for check in CHECKS))


def _collector() -> Iterator[str]:
    yield _COLLECTOR
    yield table(("rule", "why"), UNEXPRESSED)


def _json(value: dict[str, Any]) -> str:
    return f"```json\n{json.dumps(value, indent=2)}\n```\n"


def _anchor(heading: str) -> str:
    return heading.replace(".", "")


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
    """Return the first of its values; none where `lint` still asks for an events_page."""
    return next(iter(attribute.members or attribute.examples), None)


def _redacted(attribute: Attribute) -> Value | None:
    value = _example(attribute)
    if attribute.sensitivity is Sensitivity.HASHED:
        return keyed_hash(_SECRET, str(value))
    return value
