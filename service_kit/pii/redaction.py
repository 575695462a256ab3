# SPDX-License-Identifier: Apache-2.0
"""What is done with the patterns: name the first that matches, or replace every match.

Matching takes linear time, also on hostile text: RE2 does not backtrack.
A pattern that does not compile stops the import, and with it the start of a service.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import re2

from service_kit.pii.folding import fold, fold_with_origins
from service_kit.pii.harmless import mask
from service_kit.pii.pattern import Pattern
from service_kit.pii.patterns import PATTERNS

_ROUNDS = 8  # Replacing can bare a further match; each round takes one such layer.

_quiet = re2.Options()
_quiet.never_capture = True

# One automaton answers for most texts that there is nothing to find. It is no re2.Set: a Set that
# runs out of memory reports "no match", where RE2 falls back to a slower automaton.
_SUSPICIOUS = re2.compile("|".join(f"(?:{p.expression})" for p in PATTERNS), _quiet)
_COMPILED = tuple((pattern, re2.compile(pattern.expression)) for pattern in PATTERNS)


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A match: characters `start` to `end`, excluded; `rank` is its pattern's place in PATTERNS."""

    start: int
    end: int
    rank: int


def find(text: str) -> str | None:
    """Return the name of the first pattern that matches a text, or None; never the match."""
    if not _SUSPICIOUS.search(fold(text)):
        return None
    first = next(_confirmed(text), None)
    return None if first is None else PATTERNS[first.rank].name


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


def matches(text: str) -> list[Match]:
    """Return the matches of all patterns in order; those that overlap are joined into one.

    Joined, because no part of one may survive for the reason that another was replaced first.
    """
    joined: list[Match] = []
    for match in sorted(_confirmed(text)):
        if joined and match.start < joined[-1].end:
            last = joined.pop()
            joined.append(Match(last.start, max(last.end, match.end), min(last.rank, match.rank)))
        else:
            joined.append(match)
    return joined


def _confirmed(text: str) -> Iterator[Match]:
    folded = fold_with_origins(text)
    masked = mask(folded.text)
    for rank, (pattern, compiled) in enumerate(_COMPILED):
        for start, end in _spans(pattern, compiled, folded.text, masked):
            yield Match(folded.origins[start], folded.origins[end - 1] + 1, rank)


def _spans(
    pattern: Pattern, compiled: re2._Regexp, text: bytes, masked: bytes
) -> Iterator[tuple[int, int]]:
    """Yield where a pattern's matches begin and end in the folded text."""
    position = 0
    while candidate := compiled.search(masked, position):
        start, end = candidate.span(candidate.lastindex or 0)
        seen = text[start:end].decode()
        if length := pattern.confirm(seen):
            end = start + len(seen[:length].encode())
            yield start, end
        position = start + 1 if pattern.overlapping and not length else end


def _replace(text: str, found: list[Match]) -> str:
    pieces: list[str] = []
    position = 0
    for match in found:
        pieces += text[position : match.start], PATTERNS[match.rank].marker
        position = match.end
    return "".join(pieces) + text[position:]
