# SPDX-License-Identifier: Apache-2.0
"""YAML files that remember where each value stands, so that an error can name its line."""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec
import yaml

from processors.catalog.model import Source

Step: TypeAlias = str | int
Shape = TypeVar("Shape")


class CatalogError(Exception):
    """The catalog cannot be loaded; nothing may start on a part of it."""

    def __init__(self, source: Source, message: str) -> None:
        super().__init__(f"{source}: {message}")
        self.source, self.message = source, message


class _Loader(yaml.SafeLoader):
    """Safe YAML without the surprises: a key stands once, and a date stays text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem="duplicate key", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: its `name` in messages, its plain `value`, and `node`, which has the lines."""

    name: str
    value: Any
    node: yaml.Node | None

    def shaped(self, shape: type[Shape]) -> Shape:
        """Return the value as a msgspec shape; a misfit raises `CatalogError` with its line."""
        try:
            return msgspec.convert(self.value, shape)
        except msgspec.ValidationError as error:
            message, _, where = str(error).partition(" - at `$")
            steps = [*_steps(where), *re.findall(r"unknown field `(.+)`", message)]
            raise Place(self, tuple(steps)).error(message) from None


@dataclass(frozen=True, slots=True)
class Place:
    """A value inside a document; `path` is the keys and positions that lead to it."""

    document: Document
    path: tuple[Step, ...] = ()

    def at(self, *path: Step) -> "Place":
        """Return a place further inside."""
        return Place(self.document, self.path + path)

    @property
    def source(self) -> Source:
        """Return the line of the key or item here, or of the nearest thing around it."""
        node, line = self.document.node, 1
        for step in self.path:
            found = _child(node, step)
            if found is None:
                break
            mark, node = found
            line = mark.line + 1
        return Source(self.document.name, line)

    def error(self, message: str) -> CatalogError:
        """Return an error that points here."""
        return CatalogError(self.source, message)


def read(path: Path) -> Document:
    """Read one YAML file; raises `CatalogError` when it is no such file."""
    name = f"{path.parent.name}/{path.name}"
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        return Document(name, node and loader.construct_document(node), node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        source = Source(name, mark.line + 1 if mark else 1)
        raise CatalogError(source, f"{error.problem}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CatalogError(Source(name, 1), f"cannot be read: {type(error).__name__}") from None


def _steps(where: str) -> list[Step]:
    found = re.findall(r"\.(\w+)|\[(\d+)\]", where)
    return [name or int(index) for name, index in found]


def _child(node: yaml.Node | None, step: Step) -> tuple[yaml.Mark, yaml.Node] | None:
    found: list[tuple[yaml.Mark, yaml.Node]] = []
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        found = [(item.start_mark, item) for item in node.value[step : step + 1]]
    if isinstance(node, yaml.MappingNode):
        found = [(key.start_mark, value) for key, value in node.value if key.value == step]
    return found[0] if found else None
