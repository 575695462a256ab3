# SPDX-License-Identifier: Apache-2.0
"""JSON with escapes that stand for no character, made readable.

Clients cut texts between the halves of a surrogate pair, or escape what JSON does not know. A
parser then refuses the whole document for one character of it.
"""

import codecs
import re
from typing import Final

_ESCAPE: Final = re.compile(
    rb"\\(?:"
    rb"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a surrogate pair
    rb"|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"  # any other code unit
    rb'|["\\/bfnrt]'
    rb"|(?P<wrong>u[dD][89a-fA-F][0-9a-fA-F]{2}|.?)"
    rb")",
    re.DOTALL,
)
_REPLACEMENT: Final = rb"\ufffd"


def without_bom(document: bytes) -> bytes:
    """Return a document without the byte order mark that some tools begin with."""
    return document.removeprefix(codecs.BOM_UTF8)


def repair_escapes(document: bytes) -> bytes:
    """Return a JSON document with U+FFFD for each escape that is wrong; takes linear time."""
    return _ESCAPE.sub(_repaired, document)


def _repaired(escape: re.Match[bytes]) -> bytes:
    return escape.group() if escape["wrong"] is None else _REPLACEMENT
