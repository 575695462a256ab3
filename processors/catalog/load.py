# SPDX-License-Identifier: Apache-2.0
"""Reads the registry's files into a `Catalog`, or says in which line it cannot."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import msgspec

from processors.catalog import define, shape
from processors.catalog.document import CatalogError, Document, Place, read
from processors.catalog.model import RESOURCE_GROUP, Attribute, Catalog, Event, Source

__all__ = ["EVENTS", "CatalogError", "load"]

EVENTS = Path(__file__).parent / "events"
_MANIFEST = "manifest.yaml"


class _Placed(Protocol):
    @property
    def source(self) -> Source: ...


_Definition = TypeVar("_Definition", bound=_Placed)


def load(directory: Path = EVENTS) -> Catalog:
    """Read a registry: `manifest.yaml` and every other `*.yaml` beside it.

    Raises `CatalogError` for the first thing that is wrong, with its file and line.
    """
    manifest = read(directory / _MANIFEST).shaped(shape.Manifest)
    documents = [read(path) for path in sorted(directory.glob("*.yaml")) if path.name != _MANIFEST]
    files = [_file(document) for document in documents]
    attributes, groups = _attributes(files), _groups(files)
    events = _events(files, attributes, groups)
    resource = define.group(RESOURCE_GROUP, attributes, groups)
    schema_url = manifest.schema_url.url
    return Catalog(
        events=events,
        attributes=attributes,
        resource=resource,
        digest=_digest(schema_url, attributes, events, resource),
        version=schema_url.rpartition("/")[2],
        schema_url=schema_url,
    )


@dataclass(frozen=True, slots=True)
class _File:
    """One file of the registry, and who answers for what in it names no owner itself."""

    place: Place
    content: shape.File
    stewardship: shape.Stewardship


def _file(document: Document) -> _File:
    place, content = Place(document), document.shaped(shape.File)
    said = [
        (place.at("attribute_groups", index, "annotations"), group.annotations.telesift)
        for index, group in enumerate(content.attribute_groups)
        if isinstance(group, shape.PublicGroup) and group.annotations is not None
    ]
    if len(said) > 1:
        raise said[1][0].error("another group of this file says who answers for it")
    return _File(place, content, said[0][1] if said else shape.Stewardship())


def _attributes(files: list[_File]) -> Mapping[str, Attribute]:
    found = [
        define.attribute(definition, file.place.at("attributes", index), file.stewardship)
        for file in files
        for index, definition in enumerate(file.content.attributes)
    ]
    _by_name((attribute.wire_key, attribute) for attribute in found)
    return _by_name((attribute.key, attribute) for attribute in found)


def _groups(files: list[_File]) -> define.Groups:
    groups = {}
    for file in files:
        for index, group in enumerate(file.content.attribute_groups):
            here = file.place.at("attribute_groups", index)
            if group.id in groups:
                raise here.error(f"{group.id} is defined twice")
            groups[group.id] = (here, group)
    return groups


def _events(
    files: list[_File], attributes: Mapping[str, Attribute], groups: define.Groups
) -> Mapping[str, Event]:
    found = [
        define.event(
            definition, file.place.at("events", index), file.stewardship, attributes, groups
        )
        for file in files
        for index, definition in enumerate(file.content.events)
    ]
    return _by_name((event.name, event) for event in found)


def _by_name(found: Iterable[tuple[str, _Definition]]) -> Mapping[str, _Definition]:
    named: dict[str, _Definition] = {}
    for name, definition in found:
        if name in named:
            raise CatalogError(definition.source, f"{name} is defined twice")
        named[name] = definition
    return MappingProxyType(named)


def _digest(*content: Any) -> str:
    text = msgspec.json.encode(_normal(content), order="sorted")
    return hashlib.sha256(text).hexdigest()


def _normal(value: Any) -> Any:
    """Return the value without the places it was read from, as JSON can hold it."""
    if isinstance(value, Mapping):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_normal(item) for item in value]
    if is_dataclass(value):
        return {f.name: _normal(getattr(value, f.name)) for f in fields(value) if f.compare}
    return value
