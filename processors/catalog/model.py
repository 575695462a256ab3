# SPDX-License-Identifier: Apache-2.0
"""The catalog as values: which events exist, and what each of their attributes may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias


class Sensitivity(StrEnum):
    """How much a value can say about a person, and so what becomes of it.

    NONE and PSEUDONYMOUS values are kept, the latter for a reason that is given; HASHED values are
    replaced by a keyed hash before anything else sees them.
    """

    NONE = "none"
    PSEUDONYMOUS = "pseudonymous"
    HASHED = "hashed"


class ValueType(StrEnum):
    """The OpenTelemetry types that an attribute may have; an enum's members are strings."""

    STRING = "string"
    INT = "int"
    DOUBLE = "double"
    BOOLEAN = "boolean"


class Format(StrEnum):
    """Well-known shapes of a string; each stands for a pattern and a length."""

    UUID = "uuid"
    SHA256 = "sha256"


Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Source:
    """Where a definition stands, such as `events/prompts.yaml:12`; lines count from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute: what it may hold, how sensitive it is, who answers for it.

    `pattern` matches a whole value, means the same in RE2, Go, Rust and ECMAScript, and admits
    printable ASCII only, never a quote or a backslash: a value that matches is valid inside JSON
    text as it is, and its bytes are its characters.
    `key` is the name in plain JSON and in the database, `wire_key` the name in OTLP (`session.id`).
    `members` are an enum's values; `max_bytes` caps a string in UTF-8; `minimum` and `maximum` are
    inclusive, in `unit`. `reason` is why a pseudonymous value is kept. `owner` answers for it until
    `review_by`. `open_enum` is for lint to refuse; `source` is where it stands.
    """

    key: str
    type: ValueType
    brief: str
    wire_key: str
    sensitivity: Sensitivity
    members: tuple[str, ...] | None = None
    pattern: str | None = None
    format: Format | None = None
    max_bytes: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    unit: str | None = None
    reason: str = ""
    owner: str = ""
    review_by: date | None = None
    stability: str = "development"
    examples: tuple[Value, ...] = ()
    note: str = ""
    open_enum: bool = False
    source: Source = field(compare=False)

    @property
    def free_form(self) -> bool:
        """Return whether a person could type into it: such values get the personal-data check."""
        closed = self.members is not None or self.format is not None
        return (
            self.type is ValueType.STRING
            and not closed
            and self.sensitivity is not Sensitivity.HASHED
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One whitelisted event.

    `attributes` holds, by key, everything it may carry, refined for it; `required` are the keys
    that it must carry. `owner` answers for it until `review_by`. `source` is where it stands.
    """

    name: str
    brief: str
    attributes: Mapping[str, Attribute]
    required: frozenset[str]
    owner: str = ""
    review_by: date | None = None
    stability: str = "development"
    note: str = ""
    source: Source = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Every event and attribute that may pass; what is not in here is rejected.

    `events` are by name; `attributes` are the definitions that events refine, by key; `resource`
    is what survives of an OTLP resource; `version` and `schema_url` are the manifest's; `digest`
    is the SHA-256, in hex, of everything that the catalog says.
    """

    events: Mapping[str, Event]
    attributes: Mapping[str, Attribute]
    resource: Mapping[str, Attribute]
    digest: str
    version: str
    schema_url: str

    def narrows(self, use: Attribute) -> bool:
        """Return whether an event's use of an attribute admits less than the definition does."""
        return use.members != self.attributes[use.key].members

    def used_whole(self) -> list[Attribute]:
        """Return the definitions that some event uses without narrowing them."""
        uses = [use for event in self.events.values() for use in event.attributes.values()]
        whole = {use.key for use in uses if not self.narrows(use)}
        return [attribute for key, attribute in self.attributes.items() if key in whole]


RECORD_UID: Final = "log.record.uid"
"""A record's own id, a UUID: delivery counts and stores an event once by it."""

USER_ID: Final = "user.id"
"""Whom the record is about, as the processor stamped it."""

SESSION_ID: Final = "session.id"
"""The visit that the record belongs to; in JSON and in the database, `session_id`."""

EVENT_NAME: Final = "event.name"
"""Where older SDKs put the event's name."""

SCOPE_TEXT: Final = "[A-Za-z0-9@][A-Za-z0-9@._/:-]{0,127}"
"""What a scope's name and version may look like, as a pattern of the whole text."""

RESOURCE_GROUP: Final = "telesift.resource"
"""The attribute group that lists what survives of an OTLP resource."""
