# SPDX-License-Identifier: Apache-2.0
"""A text as patterns see it.

Look-alikes and invisible characters are folded away, so that patterns need to know ASCII only,
and harmless shapes are masked.
"""

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import re2

from service_kit.fields import UUID_PATTERN

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


_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"

# Well-known shapes that are nobody's data.
HARMLESS = (
    rf"\b{UUID_PATTERN}\b",
    rf"\b{_YEAR}[./-]{_MONTH}[./-]{_DAY}\b",  # 2026-11-23
    rf"\b(?:{_DAY}[./-]{_MONTH}|{_MONTH}[./-]{_DAY})[./-]{_YEAR}\b",  # 23.11.2026, 11/23/2026
    r"@v?\d+\.\d+\.\d+(?:-[a-z]+(?:\.\d+)?)?\b",  # react@18.2.0-rc.1, but see _HARMLESS
    r"@\dx\.(?:png|jpe?g|gif|svg|webp|avif)\b",  # logo@2x.png
    r"\bISBN(?:-1[03])?:? ?[\dX -]{9,17}[\dX]\b",
    r"\b(?:sha(?:1|224|256|384|512)[:-][A-Za-z0-9+/=]+|data:[a-z]+/[a-z+.-]+;base64,[\w+/=-]*)",
)

# root@84.1.2.3 is no version: four numbers after an @ are taken first, and stay.
_HARMLESS = re2.compile("|".join((r"(@\d+\.\d+\.\d+\.\d)", *HARMLESS)))


def mask(text: bytes) -> bytes:
    """Replace each harmless shape by as many underscores, which no number begins or ends with."""
    masked: bytes = _HARMLESS.sub(lambda match: match[1] or b"_" * len(match[0]), text)
    return masked
