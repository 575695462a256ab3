# SPDX-License-Identifier: Apache-2.0
"""Finds events in source code that the catalog does not know, before they reach a user.

It reads JavaScript and TypeScript with a parser, follows imports to the SDK's `track`, under
whatever name, and looks for literal names in its calls; and for `eventName: "name"`, as OTLP
writes it, in JavaScript and in Python. Names that are computed are left to the types and to the
processor; so is a `track` of somebody else.
"""

import ast
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from processors.catalog.script_events import COMPONENTS, KEYS, SCRIPTS, Names, script_uses

SUFFIXES: Final = SCRIPTS | {".py"}
SKIPPED: Final = frozenset(
    {
        ".git",
        ".next",
        ".venv",
        "__pycache__",
        "build",
        "coverage",
        "dist",
        "generated",
        "node_modules",
        "venv",
    }
)

_SCRIPTS: Final = re.compile(r"(<script\b[^>]*>)(.*?)</script>", re.DOTALL | re.IGNORECASE)
_NAME: Final = r"""\(\s*(?P<quote>["'`])(?P<name>(?:(?!(?P=quote))[^\\\n])*)(?P=quote)"""


@dataclass(frozen=True, slots=True)
class Unknown:
    """One use, in `file` at `line`, of a `name` that is not in the catalog."""

    file: Path
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: event {self.name!r} is not in the catalog"


def scan(paths: Iterable[Path], known: Collection[str]) -> Iterator[Unknown]:
    """Search files, and folders without what is installed, built or generated in them."""
    for path in paths:
        for file in _sources(path):
            for line, name in _uses(file):
                if name not in known:
                    yield Unknown(file, line, name)


def _sources(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(set(folders) - SKIPPED)
        candidates = (Path(folder, name) for name in sorted(files))
        yield from (file for file in candidates if file.suffix in SUFFIXES and file.is_file())


def _uses(file: Path) -> Iterator[tuple[int, str]]:
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix == ".py":
        return _python_uses(text)
    if file.suffix in COMPONENTS:
        return _component_uses(file, text)
    return script_uses(file, text, Names())


def _component_uses(file: Path, text: str) -> Iterator[tuple[int, str]]:
    """Search a component's scripts, and its template for the names that they import."""
    names = Names()
    template = text
    for script in _SCRIPTS.finditer(text):
        opening, code = script.groups()
        # Blank lines keep the numbers of the others.
        yield from script_uses(file, "\n" * text.count("\n", 0, script.start(2)) + code, names)
        blank = re.sub(r"[^\n]", " ", opening + code)
        template = template[: script.start()] + blank + template[script.start() + len(blank) :]
    calls = [re.escape(track) for track in names.tracks]
    calls += [rf"{re.escape(client)}\??\.track" for client in names.clients]
    if calls:
        for use in re.finditer(rf"(?<![\w$.])(?:{'|'.join(calls)}){_NAME}", template):
            if "${" not in use["name"]:
                yield template.count("\n", 0, use.start("name")) + 1, use["name"]


def _python_uses(text: str) -> Iterator[tuple[int, str]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # of another Python, or no text
        return
    for node in ast.walk(tree):
        for key, value in _python_pairs(node):
            if key in KEYS and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.lineno, value.value


def _python_pairs(node: ast.AST) -> Iterator[tuple[object, ast.expr]]:
    """Return what a node names: a call's keywords, a dictionary's items."""
    if isinstance(node, ast.Call):
        yield from ((keyword.arg, keyword.value) for keyword in node.keywords)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            yield (key.value if isinstance(key, ast.Constant) else None), value
