# SPDX-License-Identifier: Apache-2.0
"""Turns one attribute's definition into an `Attribute`, refusing what contradicts itself."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from processors.catalog import envelope, patterns, shape
from processors.catalog.document import Place
from processors.catalog.model import Attribute, Format, ValueType
from service_kit.fields import UUID_PATTERN

RESERVED: Final = frozenset({"event", "ts", "id", "user_id", "body", "name"})
"""Keys of a plain event that are no attributes."""

RESERVED_ON_THE_WIRE: Final = frozenset(
    {envelope.EVENT_NAME, envelope.RECORD_UID, envelope.USER_ID}
)
"""OTLP attributes that the processor itself reads or writes."""

FORMATS: Final[Mapping[Format, tuple[str, int]]] = MappingProxyType(
    {
        Format.UUID: (UUID_PATTERN, 36),
        Format.SHA256: ("[0-9a-f]{64}", 64),
    }
)
"""Each format's pattern and length."""

_OF_STRINGS: Final = ("format", "pattern", "max_bytes")
_OF_NUMBERS: Final = ("min", "max", "unit")


def attribute(
    definition: shape.AttributeDefinition, place: Place, file: shape.Stewardship
) -> Attribute:
    """Build one attribute of a file; raises `CatalogError` where its constraints contradict."""
    constraints = definition.annotations.telesift
    stewardship = constraints.within(file)
    where = place.at("annotations", "telesift")
    members = _members(definition, place.at("type", "members"))
    value_type = ValueType.STRING if members is not None else ValueType(str(definition.type))
    wire_key = constraints.wire_key or definition.key
    _refuse_reserved(definition.key, wire_key, place)
    _refuse_misplaced(constraints, value_type, members, where)
    pattern, max_bytes = _form(constraints, where)
    return Attribute(
        key=definition.key,
        type=value_type,
        brief=definition.brief,
        wire_key=wire_key,
        sensitivity=constraints.sensitivity,
        members=members,
        pattern=pattern,
        format=constraints.format,
        max_bytes=max_bytes,
        minimum=constraints.min,
        maximum=constraints.max,
        unit=constraints.unit,
        reason=constraints.reason,
        owner=stewardship.owner,
        review_by=stewardship.review_by,
        stability=definition.stability,
        examples=shape.as_tuple(definition.examples),
        note=definition.note,
        open_enum=isinstance(definition.type, shape.Enum) and definition.type.allow_custom_values,
        source=place.source,
    )


def _members(definition: shape.AttributeDefinition, place: Place) -> tuple[str, ...] | None:
    if not isinstance(definition.type, shape.Enum):
        return None
    members = tuple(member.value or member.id for member in definition.type.members)
    if not members:
        raise place.error("an enum needs members")
    if len(set(members)) < len(members):
        raise place.error("an enum lists each member once")
    for index, member in enumerate(members):
        if not all(" " < character <= "~" and character not in '"\\' for character in member):
            raise place.at(index).error("a member is visible ASCII without quote or backslash")
    return members


def _refuse_reserved(key: str, wire_key: str, place: Place) -> None:
    if key in RESERVED:
        raise place.at("key").error(f"{key} is a key of the event itself")
    if wire_key in RESERVED_ON_THE_WIRE:
        raise place.error(f"{wire_key} is the processor's own")


def _refuse_misplaced(
    constraints: shape.Constraints, type_: ValueType, members: object, where: Place
) -> None:
    numeric = type_ in (ValueType.INT, ValueType.DOUBLE)
    textual = type_ is ValueType.STRING and members is None
    for name in _OF_STRINGS + _OF_NUMBERS:
        fits = textual if name in _OF_STRINGS else numeric
        if not fits and getattr(constraints, name) is not None:
            raise where.at(name).error(f"{name} has no meaning for this type")
    low, high = constraints.min, constraints.max
    if low is not None and high is not None and low > high:
        raise where.at("max").error("max is below min")


def _form(constraints: shape.Constraints, where: Place) -> tuple[str | None, int | None]:
    """Return the pattern and the length of a string, given or implied by its format."""
    if constraints.format is not None:
        if constraints.pattern is not None or constraints.max_bytes is not None:
            raise where.at("format").error("a format brings its own pattern and length")
        return FORMATS[constraints.format]
    if constraints.max_bytes is not None and constraints.max_bytes < 1:
        raise where.at("max_bytes").error("max_bytes is at least 1")
    if constraints.pattern is not None and (problem := patterns.problem(constraints.pattern)):
        raise where.at("pattern").error(problem)
    return constraints.pattern, constraints.max_bytes
