# SPDX-License-Identifier: Apache-2.0
"""The part of a Weaver `definition/2` registry that this catalog uses; the rest is refused.

Source: open-telemetry/weaver, schemas/semconv.schema.v2.json. Everything that Weaver has no word
for stands under `annotations.telesift`.
"""

from datetime import date
from typing import Literal

from msgspec import Struct

from processors.catalog.model import Format, Sensitivity, Value

Stability = Literal["development", "alpha", "beta", "release_candidate", "stable", "deprecated"]


class _Closed(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping in which an unknown key is an error."""


class SchemaUrl(_Closed, frozen=True):
    """Where the registry's versions live: `https://host/path/<version>`."""

    url: str


class Manifest(_Closed, frozen=True):
    """`manifest.yaml`: what the registry is called."""

    schema_url: SchemaUrl
    description: str = ""
    stability: Stability = "development"


class Stewardship(_Closed, frozen=True):
    """Who answers for a definition, and until when it may live without a new look."""

    owner: str = ""
    review_by: date | None = None

    def within(self, file: "Stewardship") -> "Stewardship":
        """Return this, completed by the file's owner and review date."""
        return Stewardship(self.owner or file.owner, self.review_by or file.review_by)


class Constraints(Stewardship, frozen=True, kw_only=True):
    """What an attribute may hold and who answers for it; `model.Attribute` explains each."""

    sensitivity: Sensitivity
    reason: str = ""
    wire_key: str | None = None
    format: Format | None = None
    pattern: str | None = None
    max_bytes: int | None = None
    min: int | None = None
    max: int | None = None
    unit: str | None = None


class AttributeAnnotations(_Closed, frozen=True):
    """The annotations of an attribute."""

    telesift: Constraints


class Member(_Closed, frozen=True):
    """One entry of an enum; its value is its id unless it says otherwise."""

    id: str
    value: str | None = None
    brief: str = ""
    stability: Stability = "development"


class Enum(_Closed, frozen=True):
    """An enum; `allow_custom_values` is Weaver's old word for an open one, for lint to find."""

    members: list[Member]
    allow_custom_values: bool = False


class AttributeDefinition(_Closed, frozen=True):
    """One shared attribute."""

    key: str
    type: Literal["string", "int", "double", "boolean"] | Enum
    brief: str
    stability: Stability
    annotations: AttributeAnnotations
    examples: list[Value] | Value = []
    note: str = ""


class Narrowing(_Closed, frozen=True):
    """What one event takes away from an attribute's definition."""

    members: list[str]


class ReferenceAnnotations(_Closed, frozen=True):
    """The annotations of a reference to an attribute."""

    telesift: Narrowing


class Reference(_Closed, frozen=True):
    """Either `ref`, an attribute with its refinements, or `ref_group`, all of a group's."""

    ref: str | None = None
    ref_group: str | None = None
    requirement_level: Literal["required", "recommended", "opt_in"] = "recommended"
    brief: str | None = None
    note: str | None = None
    examples: list[Value] | Value | None = None
    annotations: ReferenceAnnotations | None = None


class StewardAnnotations(_Closed, frozen=True):
    """The annotations of an event, or of a public group."""

    telesift: Stewardship


class Group(_Closed, frozen=True, tag_field="visibility", tag="internal"):
    """Attributes that several events have in common."""

    id: str
    attributes: list[Reference] = []


class PublicGroup(Group, frozen=True, kw_only=True, tag_field="visibility", tag="public"):
    """A group that may say who answers for everything in its file.

    Weaver has no annotations for a whole file, nor for an internal group.
    """

    brief: str
    stability: Stability
    annotations: StewardAnnotations | None = None
    note: str = ""


class EventDefinition(_Closed, frozen=True):
    """One event."""

    name: str
    brief: str
    stability: Stability
    attributes: list[Reference]
    annotations: StewardAnnotations = StewardAnnotations(Stewardship())
    note: str = ""


class File(_Closed, frozen=True):
    """One file of the registry."""

    file_format: Literal["definition/2"]
    attributes: list[AttributeDefinition] = []
    attribute_groups: list[Group | PublicGroup] = []
    events: list[EventDefinition] = []


def as_tuple(examples: list[Value] | Value) -> tuple[Value, ...]:
    """Return examples as a tuple: Weaver lets a single one stand for a list."""
    return tuple(examples) if isinstance(examples, list) else (examples,)
