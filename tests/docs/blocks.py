# SPDX-License-Identifier: Apache-2.0
"""The documentation's pages, and the code in them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT: Final = Path(__file__).parents[2]

PAGES: Final = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "browser-sdk/README.md",
    ROOT / "collector-config/README.md",
    ROOT / "examples/prompt-vault/README.md",
]
"""Every page that the site has."""

_parse = MarkdownIt("commonmark").enable("table").parse


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of code; `line` is that of its fence."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True)
class Inline:
    """A piece of code, or a link's target, within a page's text."""

    page: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text}"


def blocks(*languages: str) -> list[Block]:
    """Return the blocks in these languages, all without any, in the order of the pages."""
    return [
        Block(name, token.map[0] + 1, token.info, token.content)
        for name, token in _tokens()
        if token.type == "fence" and token.map and (not languages or token.info in languages)
    ]


def codes() -> list[Inline]:
    """Return each different piece of code that stands within a page's text."""
    found = (
        Inline(name, part.content)
        for name, token in _tokens()
        for part in token.children or ()
        if part.type == "code_inline"
    )
    return list(dict.fromkeys(found))


def targets() -> list[Inline]:
    """Return each different target of a link or an image."""
    found = (
        Inline(name, str(part.attrs.get("href") or part.attrs["src"]))
        for name, token in _tokens()
        for part in token.children or ()
        if part.type in ("link_open", "image")
    )
    return list(dict.fromkeys(found))


@cache
def _tokens() -> list[tuple[str, Token]]:
    return [
        (str(page.relative_to(ROOT)), token)
        for page in PAGES
        for token in _parse(page.read_text("utf-8"))
    ]
