# SPDX-License-Identifier: Apache-2.0
"""Output on terminals, and into pipes, that cannot show every character."""

import codecs
import io
from typing import Final, TextIO

_NAME: Final = "telesift.plain"
_PLAIN: Final = str.maketrans("█░▁▂▃▄▅▆▇…", "#.1234567~")
_UNKNOWN: Final = "?"


def show_what_it_can(*streams: TextIO) -> None:
    """Replace what a stream's encoding does not have, in place of ending with an error."""
    codecs.register_error(_NAME, _replace)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_NAME)


def _replace(error: UnicodeError) -> tuple[str, int]:
    """Draw bars with other characters; anything else becomes a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(c if c.isascii() else _UNKNOWN for c in missing), error.end
