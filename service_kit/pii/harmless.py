# SPDX-License-Identifier: Apache-2.0
"""Well-known shapes that are no personal data, masked before the patterns look."""

import re2

from service_kit.fields import UUID_PATTERN

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"

SHAPES = (
    rf"\b{UUID_PATTERN}\b",
    rf"\b{_YEAR}[./-]{_MONTH}[./-]{_DAY}\b",  # 2026-11-23
    rf"\b(?:{_DAY}[./-]{_MONTH}|{_MONTH}[./-]{_DAY})[./-]{_YEAR}\b",  # 23.11.2026, 11/23/2026
    r"@v?\d+\.\d+\.\d+(?:-[a-z]+(?:\.\d+)?)?\b",  # react@18.2.0-rc.1
    r"@\dx\.(?:png|jpe?g|gif|svg|webp|avif)\b",  # logo@2x.png
)

_SHAPES = re2.compile("|".join(SHAPES))


def mask(text: bytes) -> bytes:
    """Replace each harmless shape by as many underscores, which no number begins or ends with."""
    masked: bytes = _SHAPES.sub(lambda match: b"_" * len(match.group()), text)
    return masked
