# SPDX-License-Identifier: Apache-2.0
"""Turns an event's definition into an `Event`: follows its references, narrows what they name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from processors.catalog import shape
from processors.catalog.document import Place
from processors.catalog.model import Attribute, Event

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
