# SPDX-License-Identifier: Apache-2.0
"""JSON with escapes that stand for no character, made readable.

Clients cut texts between the halves of a surrogate pair, or escape what JSON does not know. A
parser then refuses the whole document for one character of it.
"""

import codecs
import re
from typing import Final

_RIGHT_OR_WRONG: Final = re.compile(
    rb"(?P<right>(?:[^\\]++|\\(?:"
    rb"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a surrogate pair
    rb"|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"  # any other code unit
    rb'|["\\/bfnrt]'
    rb"))++)|\\(?:u[dD][89a-fA-F][0-9a-fA-F]{2}|[^u]|u|$)",
    re.DOTALL,
)
_REPLACEMENT: Final = rb"\ufffd"
_MOST: Final = 1_000
"""Wrong escapes that are repaired; a document with more was not cut by mistake."""


def without_bom(document: bytes) -> bytes:
    """Return a document without the byte order mark that some tools begin with."""
    return document.removeprefix(codecs.BOM_UTF8)


def repair_escapes(document: bytes) -> bytes:
    """Return a JSON document with U+FFFD for each escape that is wrong, up to a thousand."""
    return _RIGHT_OR_WRONG.sub(_repaired, document, count=2 * _MOST)


def _repaired(part: re.Match[bytes]) -> bytes:
    return part["right"] or _REPLACEMENT
