# SPDX-License-Identifier: Apache-2.0
"""Look-alikes and invisible characters folded away, so that patterns need to know ASCII only."""

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc", "-")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u20e3\u3164\uffa0") | {
    chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as patterns see it: UTF-8, and in `origins` the character that each byte is of."""

    text: bytes
    origins: Sequence[int]


def fold(text: str) -> bytes:
    """Return a text's folded UTF-8, for a first look."""
    return text.encode() if text.isascii() else "".join(map(_fold, text)).encode()


def fold_with_origins(text: str) -> Folded:
    """Return a text folded, with the way back."""
    if text.isascii():
        return Folded(text.encode(), range(len(text)))
    pieces = [_fold(character).encode() for character in text]
    origins = [index for index, piece in enumerate(pieces) for _ in piece]
    return Folded(b"".join(pieces), origins)


@functools.lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    """Fold one character: full-width forms, digits of any script, dashes, spaces; drop invisibles.

    A lone surrogate, which no UTF-8 can carry, folds to U+FFFD.
    """
    if character in _INVISIBLE or (category := unicodedata.category(character)) == "Cf":
        return ""
    if category == "Cs":
        return "\ufffd"
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return _DASHES.get(character) or unicodedata.normalize("NFKC", character)
