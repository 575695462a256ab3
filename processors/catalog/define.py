# SPDX-License-Identifier: Apache-2.0
"""Turns definitions into attributes and events, refusing what contradicts itself.

An event follows its references, and narrows what they name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeAlias

from processors.catalog import model, patterns, shape
from processors.catalog.document import Place
from processors.catalog.model import Attribute, Event, Format, ValueType
from service_kit.fields import UUID_PATTERN

RESERVED: Final = frozenset({"event", "ts", "id", "user_id", "body", "name"})
"""Keys of a plain event that are no attributes."""

RESERVED_ON_THE_WIRE: Final = frozenset({model.EVENT_NAME, model.RECORD_UID, model.USER_ID})
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


Groups: TypeAlias = Mapping[str, tuple[Place, shape.Group]]


@dataclass(frozen=True, slots=True)
class _Use:
    """One attribute that an event uses, and where it says so."""

    key: str
    reference: shape.Reference
    place: Place

    @property
    def required(self) -> bool:
        return self.reference.requirement_level == "required"


def event(
    definition: shape.EventDefinition,
    place: Place,
    file: shape.Stewardship,
    attributes: Mapping[str, Attribute],
    groups: Groups,
) -> Event:
    """Build one event of a file; raises `CatalogError` where a reference leads nowhere or twice."""
    uses = list(_uses(definition.attributes, place.at("attributes"), groups))
    stewardship = definition.annotations.telesift.within(file)
    return Event(
        name=definition.name,
        brief=definition.brief,
        attributes=_by_key(uses, attributes),
        required=frozenset(use.key for use in uses if use.required),
        owner=stewardship.owner,
        review_by=stewardship.review_by,
        stability=definition.stability,
        note=definition.note,
        source=place.source,
    )


def group(
    group_id: str, attributes: Mapping[str, Attribute], groups: Groups
) -> Mapping[str, Attribute]:
    """Return the attributes of one group; none where there is no such group."""
    uses = _of_group(*groups[group_id]) if group_id in groups else ()
    return _by_key(uses, attributes)


def _by_key(uses: Iterable[_Use], attributes: Mapping[str, Attribute]) -> Mapping[str, Attribute]:
    refined: dict[str, Attribute] = {}
    for use in uses:
        if use.key not in attributes:
            raise use.place.error(f"unknown attribute {use.key}")
        if use.key in refined:
            raise use.place.error(f"attribute {use.key} is listed twice")
        refined[use.key] = _refined(attributes[use.key], use)
    return MappingProxyType(refined)


def _uses(references: list[shape.Reference], place: Place, groups: Groups) -> Iterator[_Use]:
    for index, reference in enumerate(references):
        here = place.at(index)
        match (reference.ref, reference.ref_group):
            case (str(key), None):
                yield _Use(key, reference, here)
            case (None, str(group_id)) if group_id in groups:
                yield from _of_group(*groups[group_id])
            case (None, str(group_id)):
                raise here.error(f"unknown group {group_id}")
            case _:
                raise here.error("a reference has either ref or ref_group")


def _of_group(place: Place, group: shape.Group) -> Iterator[_Use]:
    for index, reference in enumerate(group.attributes):
        here = place.at("attributes", index)
        if reference.ref is None or reference.ref_group is not None:
            raise here.error("a group lists attributes, not groups")
        yield _Use(reference.ref, reference, here)


def _refined(attribute: Attribute, use: _Use) -> Attribute:
    given = use.reference
    examples = attribute.examples if given.examples is None else shape.as_tuple(given.examples)
    return replace(
        attribute,
        brief=attribute.brief if given.brief is None else given.brief,
        note=attribute.note if given.note is None else given.note,
        examples=examples,
        members=_narrowed(attribute, use),
        source=use.place.source,
    )


def _narrowed(attribute: Attribute, use: _Use) -> tuple[str, ...] | None:
    if use.reference.annotations is None:
        return attribute.members
    members = tuple(use.reference.annotations.telesift.members)
    place = use.place.at("annotations", "telesift", "members")
    if not members:
        raise place.error("an enum needs members")
    for index, member in enumerate(members):
        if member not in (attribute.members or ()):
            raise place.at(index).error(f"{attribute.key} has no member {member}")
    return members
