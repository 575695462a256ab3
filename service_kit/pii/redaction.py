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
_quiet.log_errors = False

# One automaton answers for most texts that there is nothing to find. It is no re2.Set, because a
# Set that runs out of memory reports "no match", where RE2 falls back to a slower automaton.
_SUSPICIOUS = re2.compile("|".join(f"(?:{p.expression})" for p in PATTERNS), _quiet)
_COMPILED = tuple((pattern, re2.compile(pattern.expression)) for pattern in PATTERNS)


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    """A match in the original text, `end` excluded; `rank` is its pattern's place in PATTERNS."""

    start: int
    end: int
    rank: int


def find(text: str) -> str | None:
    """Return the name of the first pattern that matches a text, or None; never the match."""
    if not _SUSPICIOUS.search(fold(text)):
        return None
    first = next(_spans(text), None)
    return None if first is None else PATTERNS[first.rank].name


def redact(text: str) -> str:
    """Return a text with every match replaced by its pattern's marker, such as `[email]`.

    Text without a match comes back unchanged; in what comes back `find` finds nothing.
    Raises ValueError for a text that still matches after several rounds: drop it.
    """
    for _ in range(_ROUNDS):
        if find(text) is None:
            return text
        text = _replace(text, _merge(_spans(text)))
    raise ValueError("redaction does not settle")


def _spans(text: str) -> Iterator[_Span]:
    """Yield every confirmed match, pattern by pattern."""
    folded = fold_with_origins(text)
    masked = mask(folded.text)
    for rank, (pattern, compiled) in enumerate(_COMPILED):
        for start, end in _confirmed(pattern, compiled, folded.text, masked):
            yield _Span(folded.origins[start], folded.origins[end - 1] + 1, rank)


def _confirmed(
    pattern: Pattern, compiled: re2._Regexp, text: bytes, masked: bytes
) -> Iterator[tuple[int, int]]:
    """Yield where a pattern's matches begin and end; harmless shapes cannot begin a candidate."""
    position = 0
    while match := compiled.search(masked, position):
        start, end = match.span(match.lastindex or 0)
        candidate = text[start:end].decode()
        if length := pattern.confirm(candidate):
            end = start + len(candidate[:length].encode())
            yield start, end
        position = start + 1 if pattern.overlapping and not length else end


def _merge(spans: Iterator[_Span]) -> list[_Span]:
    """Join overlapping matches: a part of one must not survive because another came first."""
    merged: list[_Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            last = merged.pop()
            span = _Span(last.start, max(last.end, span.end), min(last.rank, span.rank))  # noqa: PLW2901
        merged.append(span)
    return merged


def _replace(text: str, spans: list[_Span]) -> str:
    pieces: list[str] = []
    position = 0
    for span in spans:
        pieces += text[position : span.start], PATTERNS[span.rank].marker
        position = span.end
    return "".join(pieces) + text[position:]
