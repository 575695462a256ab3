# SPDX-License-Identifier: Apache-2.0
"""The walker: all patterns over one text, in linear time, also on hostile text.

RE2 does not backtrack. A pattern that does not compile stops the import, and with it the start
of a service.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import re2

from service_kit.pii.accounts import ACCOUNT, IBAN, PAYMENT_CARD
from service_kit.pii.contact import EMAIL, HANDLE, SPELLED_EMAIL
from service_kit.pii.folding import Folded, fold, fold_with_origins, mask
from service_kit.pii.national_ids import ANNOUNCED_ID, NATIONAL_ID, UNCHECKED_ID
from service_kit.pii.network import ANNOUNCED_IPV4, IPV4, IPV6, MAC
from service_kit.pii.passwords import ANNOUNCED_PASSWORD, ANNOUNCED_PIN, PASSWORD_BEFORE
from service_kit.pii.pattern import Pattern
from service_kit.pii.personal import ADDRESS, BIRTH, GEO, PLATE
from service_kit.pii.phone import ANNOUNCED_PHONE, PHONE
from service_kit.pii.secrets import SECRETS
from service_kit.pii.urls import SECRET_PATH, URL_WITH_QUERY, URL_WITH_USERINFO
from service_kit.pii.vendor_tokens import VENDOR_TOKEN

PATTERNS = (
    URL_WITH_USERINFO,
    URL_WITH_QUERY,
    EMAIL,
    SPELLED_EMAIL,
    VENDOR_TOKEN,
    *SECRETS,
    ANNOUNCED_PASSWORD,
    PASSWORD_BEFORE,
    ANNOUNCED_PIN,
    SECRET_PATH,
    IBAN,
    PAYMENT_CARD,
    MAC,
    IPV6,
    IPV4,
    ANNOUNCED_IPV4,
    NATIONAL_ID,
    ANNOUNCED_ID,
    UNCHECKED_ID,
    ACCOUNT,
    BIRTH,
    GEO,
    PLATE,
    ADDRESS,
    HANDLE,
    PHONE,
    ANNOUNCED_PHONE,
)
"""All patterns, the most telling first: `find` names the first that matches."""


def _any_of(patterns: Sequence[Pattern], megabytes: int) -> re2._Regexp:
    """Compile one automaton that answers for several patterns.

    It is no re2.Set: a Set that runs out of memory reports "no match", where RE2 falls back to
    a slower automaton. States are built as texts need them, within the megabytes.
    """
    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    options.max_mem = megabytes << 20
    return re2.compile("|".join(f"(?:{p.expression})" for p in patterns), options)


# Words such as ids and versions are much alike, so that one automaton for all patterns keeps its
# states: it answers within a microsecond. Prose would have it forget them all the time; by fives
# patterns have fewer.
_ALL_AT_ONCE = _any_of(PATTERNS, megabytes=32)
_COMPILED = tuple(
    (rank, pattern, re2.compile(pattern.expression)) for rank, pattern in enumerate(PATTERNS)
)
_BY_FIVES = [
    (_any_of(PATTERNS[i : i + 5], megabytes=8), _COMPILED[i : i + 5])
    for i in range(0, len(PATTERNS), 5)
]

_GROUP_BEFORE = re.compile(rb"(?:(?<![\w.,/-])\d{1,4}[ .-]){1,6}\Z")
_GROUP_AFTER = re.compile(rb"(?:[ .-]\d{1,4}(?![\w:%/]|[.,]\d)){1,6}")


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A match in the original text, `end` excluded; `rank` is its pattern's place in PATTERNS."""

    start: int
    end: int
    rank: int


def find(text: str) -> str | None:
    """Return the name of the first pattern that matches a text, or None; never the match."""
    folded = fold(text)
    if not (_in_prose(folded) if b" " in folded else _ALL_AT_ONCE.search(folded)):
        return None
    first = next(_confirmed(text), None)
    return None if first is None else PATTERNS[first.rank].name


def _in_prose(text: bytes) -> bool:
    """Return at little cost whether there may be something to find; most texts have nothing."""
    return any(automaton.search(text) for automaton, _ in _BY_FIVES)


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
    for automaton, five in _BY_FIVES:
        if automaton.search(folded.text):
            yield from _of_five(five, folded, masked)


def _of_five(
    five: Sequence[tuple[int, Pattern, re2._Regexp]], folded: Folded, masked: bytes
) -> Iterator[Match]:
    for rank, pattern, compiled in five:
        looked_at = folded.text if pattern.unmasked else masked
        for start, end in _spans(pattern, compiled, folded.text, looked_at):
            yield Match(folded.origins[start], folded.origins[end - 1] + 1, rank)


def _spans(
    pattern: Pattern, compiled: re2._Regexp, text: bytes, looked_at: bytes
) -> Iterator[tuple[int, int]]:
    """Yield where a pattern's matches begin and end in the folded text."""
    position = 0
    while candidate := compiled.search(looked_at, position):
        start, end = candidate.span(candidate.lastindex or 0)
        seen = text[start:end].decode()
        if length := pattern.confirm(seen):
            end = start + len(seen[:length].encode())
            yield _with_groups(looked_at, start, end) if pattern.grouped else (start, end)
        position = start + 1 if pattern.overlapping and not length else end


def _with_groups(text: bytes, start: int, end: int) -> tuple[int, int]:
    """Take in the digit groups beside a number: all of a number goes, or nothing."""
    if before := _GROUP_BEFORE.search(text, max(0, start - 30), start):
        start = before.start()
    after = _GROUP_AFTER.match(text, end)
    return start, after.end() if after else end
