# SPDX-License-Identifier: Apache-2.0
"""What a reviewer would ask of every change to the catalog: a check is one function and one row."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from processors.catalog.model import (
    Attribute,
    Catalog,
    Event,
    Sensitivity,
    Source,
    Value,
    ValueType,
)

_NUMBERS: Final = frozenset({ValueType.INT, ValueType.DOUBLE})
_EVENT_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[._][a-z0-9]+)*")
_ATTRIBUTE_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_RESOURCE_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[._][a-z0-9]+)+")
_NAME_LENGTH: Final = 64
_OWNER: Final = re.compile(r"@[a-z0-9-]+/[a-z0-9-]+")
_REVIEW_AT_LEAST_EVERY: Final = timedelta(days=2 * 366)
_UNITS_BY_SUFFIX: Final = {"ms": "ms", "s": "s", "seconds": "s", "bytes": "By", "percent": "%"}
_CONTENT: Final = re.compile(
    r"(?:^|_)(?:address|body|content|email|ip|name|note|password|phone|query|secret|text|title|token)"
    r"(?:_|$)"
)

Defined: TypeAlias = Attribute | Event
Complaints: TypeAlias = Iterator[tuple[Source, str]]


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of the catalog.

    `id` names it in findings, `summary` is what it asks, in one sentence, and `find` yields what
    does not comply: where it stands, and what is wrong with it.
    """

    id: str
    summary: str
    find: Callable[[Catalog, date], Complaints]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One place, `file` and `line`, that breaks the rule `check`; `message` says how."""

    file: str
    line: int
    check: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.check}: {self.message}"


def lint(catalog: Catalog, today: date) -> list[Finding]:
    """Run every check; `today` decides which review dates have passed."""
    return sorted(
        Finding(source.file, source.line, check.id, message)
        for check in CHECKS
        for source, message in check.find(catalog, today)
    )


def event_name(catalog: Catalog, _: date) -> Complaints:
    for event in catalog.events.values():
        if not _EVENT_NAME.fullmatch(event.name) or len(event.name) > _NAME_LENGTH:
            yield event.source, f"{event.name} is not lower-case words joined by dots"


def attribute_name(catalog: Catalog, _: date) -> Complaints:
    for key, attribute in catalog.attributes.items():
        form = _RESOURCE_NAME if key in catalog.resource else _ATTRIBUTE_NAME
        if not form.fullmatch(key) or len(key) > _NAME_LENGTH:
            yield attribute.source, f"{key} is not named like the others of its kind"


def brief(catalog: Catalog, _: date) -> Complaints:
    for name, thing in _everything(catalog):
        if not thing.brief.endswith("."):
            yield thing.source, f"{name} has no brief that is a sentence"


def owner(catalog: Catalog, _: date) -> Complaints:
    for name, thing in _everything(catalog):
        if not _OWNER.fullmatch(thing.owner):
            yield thing.source, f"{name} has no owner such as @org/team"


def review_date(catalog: Catalog, today: date) -> Complaints:
    for name, thing in _everything(catalog):
        if thing.review_by is None:
            yield thing.source, f"{name} has no review date"
        elif thing.review_by - today > _REVIEW_AT_LEAST_EVERY:
            yield thing.source, f"{name} is not reviewed for more than two years"


def expired(catalog: Catalog, today: date) -> Complaints:
    for name, thing in _everything(catalog):
        if thing.review_by is not None and thing.review_by < today:
            yield thing.source, f"{name} was to be reviewed by {thing.review_by}"


def open_enum(catalog: Catalog, _: date) -> Complaints:
    for attribute in catalog.attributes.values():
        if attribute.open_enum:
            yield attribute.source, f"{attribute.key} allows values that it does not list"


def wide_enum(catalog: Catalog, _: date) -> Complaints:
    """Find events that do not narrow an enum as others do: they would admit too many members."""
    narrowed = {use.key for _, use in _uses(catalog) if catalog.narrows(use)}
    for event, use in _uses(catalog):
        if use.key in narrowed and not catalog.narrows(use):
            yield use.source, f"{event.name} does not narrow {use.key}, as other events do"


def loose_string(catalog: Catalog, _: date) -> Complaints:
    for attribute in catalog.attributes.values():
        if attribute.type is ValueType.STRING and attribute.members is None:
            for bound, name in ((attribute.pattern, "pattern"), (attribute.max_bytes, "max_bytes")):
                if bound is None:
                    yield attribute.source, f"{attribute.key} is a string without a {name}"


def loose_number(catalog: Catalog, _: date) -> Complaints:
    for attribute in catalog.attributes.values():
        if attribute.type in _NUMBERS and attribute.minimum is None:
            yield attribute.source, f"{attribute.key} is a number without a min"


def unit(catalog: Catalog, _: date) -> Complaints:
    for attribute in catalog.attributes.values():
        if attribute.type in _NUMBERS:
            suffix = attribute.key.rpartition("_")[2]
            expected = _UNITS_BY_SUFFIX.get(suffix, attribute.unit)
            if not attribute.unit:
                yield attribute.source, f"{attribute.key} is a number without a unit (UCUM)"
            elif attribute.unit != expected:
                yield attribute.source, f"{attribute.key} ends in _{suffix}, its unit is not it"


def unused(catalog: Catalog, _: date) -> Complaints:
    used = {use.key for _, use in _uses(catalog)} | catalog.resource.keys()
    for attribute in catalog.attributes.values():
        if attribute.key not in used:
            yield attribute.source, f"{attribute.key} is used by no event, nor by the resource"


def reason(catalog: Catalog, _: date) -> Complaints:
    for attribute in catalog.attributes.values():
        if attribute.sensitivity is not Sensitivity.NONE and not attribute.reason:
            yield attribute.source, f"{attribute.key} is sensitive and gives no reason for itself"


def content(catalog: Catalog, _: date) -> Complaints:
    for attribute in catalog.attributes.values():
        if attribute.free_form and _CONTENT.search(attribute.key):
            yield attribute.source, f"{attribute.key} sounds like content, which never travels"


def example(catalog: Catalog, _: date) -> Complaints:
    defined = catalog.attributes
    refined = (use for _, use in _uses(catalog) if use != defined[use.key])
    for attribute in (*defined.values(), *refined):
        if not attribute.examples and attribute.members is None:
            yield attribute.source, f"{attribute.key} has no example"
        if not all(_admits(attribute, value) for value in attribute.examples):
            yield attribute.source, f"{attribute.key} has an example that it does not admit"


CHECKS: Final = (
    Check("event-name", "An event's name is lower-case words joined by dots.", event_name),
    Check(
        "attribute-name",
        "An attribute's key is in lower snake case, a resource's in dotted words.",
        attribute_name,
    ),
    Check("brief", "Everything says what it is in a sentence.", brief),
    Check("owner", "Everything has an owning team.", owner),
    Check("review-date", "Everything has a review date within two years.", review_date),
    Check("expired", "No review date has passed.", expired),
    Check("open-enum", "An enum admits its members only.", open_enum),
    Check("wide-enum", "An enum that events share is narrowed by each of them.", wide_enum),
    Check("loose-string", "A string has a pattern and a cap.", loose_string),
    Check("loose-number", "A number has a lower bound.", loose_number),
    Check("unit", "A number has a unit, and its key does not claim another.", unit),
    Check("unused", "Every attribute is used by an event, or by the resource.", unused),
    Check("reason", "A sensitive attribute says why it is collected.", reason),
    Check("content", "No free-form attribute is named like content or a credential.", content),
    Check("example", "Every attribute has an example, and admits it.", example),
)


def _everything(catalog: Catalog) -> Iterator[tuple[str, Defined]]:
    yield from catalog.events.items()
    yield from catalog.attributes.items()


def _uses(catalog: Catalog) -> Iterator[tuple[Event, Attribute]]:
    for event in catalog.events.values():
        for attribute in event.attributes.values():
            yield event, attribute


def _admits(attribute: Attribute, value: Value) -> bool:
    if isinstance(value, str):
        return attribute.type is ValueType.STRING and _admits_text(attribute, value)
    if isinstance(value, bool):
        return attribute.type is ValueType.BOOLEAN
    low, high = attribute.minimum, attribute.maximum
    in_range = (low is None or low <= value) and (high is None or value <= high)
    whole = attribute.type is ValueType.INT and isinstance(value, int)
    return in_range and (whole or attribute.type is ValueType.DOUBLE)


def _admits_text(attribute: Attribute, value: str) -> bool:
    if attribute.members is not None:
        return value in attribute.members
    fits = attribute.max_bytes is None or len(value.encode()) <= attribute.max_bytes
    return fits and re.fullmatch(attribute.pattern or ".*", value, re.ASCII) is not None
