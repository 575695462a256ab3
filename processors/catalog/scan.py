# SPDX-License-Identifier: Apache-2.0
"""Finds events in source code that the catalog does not know, before they reach a user.

It looks for literal names in `track("name")` and `eventName: "name"`, in comments too: a name
that is worth writing down is worth having in the catalog. Names that are computed are left to
the types and to the processor.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SUFFIXES: Final = frozenset(
    {".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".vue", ".svelte", ".py"}
)
SKIPPED: Final = frozenset(
    {
        ".git",
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

_NAME: Final = r"""(?P<quote>["'`])(?P<name>(?:(?!(?P=quote))[^\\\n])*)(?P=quote)"""
_USES: Final = re.compile(
    rf"""(?<![\w$])(?:track\s*(?:<[^<>()]*>\s*)?(?:\?\.)?\(|["']?(?:eventName|event_name)["']?\s*[:=](?!=))\s*{_NAME}"""
)


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
            yield from _unknown(file, known)


def _sources(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(set(folders) - SKIPPED)
        candidates = (Path(folder, name) for name in sorted(files))
        yield from (file for file in candidates if file.suffix in SUFFIXES and file.is_file())


def _unknown(file: Path, known: Collection[str]) -> Iterator[Unknown]:
    text = file.read_text(encoding="utf-8", errors="replace")
    for use in _USES.finditer(text):
        name = use["name"]
        computed = use["quote"] == "`" and "${" in name
        if name not in known and not computed:
            yield Unknown(file, text.count("\n", 0, use.start("name")) + 1, name)
