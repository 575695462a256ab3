# SPDX-License-Identifier: Apache-2.0
"""The action: every match is replaced by its pattern's marker."""

from service_kit.pii.matching import PATTERNS, Match, find, matches

_ROUNDS = 8  # Replacing can bare a further match; each round takes one such layer.


def redact(text: str) -> str:
    """Return a text with every match replaced by its pattern's marker, such as `[email]`.

    Text without a match comes back unchanged; in what comes back, `find` finds nothing.
    Raises ValueError for a text that still matches after several rounds: drop it.
    """
    for _ in range(_ROUNDS):
        if find(text) is None:
            return text
        text = _replace(text, matches(text))
    raise ValueError("redaction does not settle")


def _replace(text: str, found: list[Match]) -> str:
    pieces: list[str] = []
    position = 0
    for match in found:
        pieces += text[position : match.start], PATTERNS[match.rank].marker
        position = match.end
    return "".join(pieces) + text[position:]
