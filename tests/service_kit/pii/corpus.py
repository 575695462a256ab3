# SPDX-License-Identifier: Apache-2.0
"""The redaction corpus, read into cases, and the score of the patterns on it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from service_kit.pii import PATTERNS
from service_kit.pii.redaction import matches

MARKERS = {pattern.name: pattern.marker for pattern in PATTERNS}
_MARKED = re.compile(r"\[\[([a-z0-9_]+): (.*?)\]\]", re.DOTALL)


@dataclass(frozen=True)
class Case:
    """One note: where it stands in the corpus, what must become of it, what must be found."""

    where: str
    note: str
    expected: str
    found: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Score:
    """How one pattern did: matches that are right, wrong, missing."""

    right: int
    wrong: int
    missing: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missing)

    def __str__(self) -> str:
        return f"{self.precision:.2f} | {self.recall:.2f} ({self.right})"


def read() -> Any:
    text = Path(__file__).with_suffix(".yaml").read_text("utf-8")
    return yaml.safe_load(text.replace("¦", ""))


def cases() -> list[Case]:
    """Return every note of the corpus save the known misses."""
    return [_case(where, written) for where, written in _notes(read())]


def known_misses() -> list[Case]:
    """Return notes that redaction leaves alone though a person would not."""
    return [_case(miss["reason"], miss["note"]) for miss in read()["known_misses"]]


def found(note: str) -> tuple[tuple[str, str], ...]:
    """Return what the patterns find in a note: their names, and the matches."""
    return tuple((PATTERNS[m.rank].name, note[m.start : m.end]) for m in matches(note))


def scores() -> dict[str, Score]:
    """Return each pattern's score on the whole corpus, the known misses included."""
    right, wrong, missing = Counter[str](), Counter[str](), Counter[str]()
    for case in cases() + known_misses():
        expected, actual = Counter(case.found), Counter(found(case.note))
        for tally, pairs in (
            (right, expected & actual),
            (wrong, actual - expected),
            (missing, expected - actual),
        ):
            tally.update(name for name, _ in pairs.elements())
    return {name: Score(right[name], wrong[name], missing[name]) for name in MARKERS}


def report() -> list[str]:
    """Return the rows of a table: each pattern, what replaces it, what it is, and its score."""
    return [
        f"| `{pattern.name}` | `{pattern.marker}` | {pattern.brief} | {scored[pattern.name]} |"
        for scored in [scores()]
        for pattern in PATTERNS
    ]


def _notes(corpus: Any) -> Iterator[tuple[str, str]]:
    for name, samples in corpus["patterns"].items():
        for kind in ("match", "pass"):
            yield from ((f"{name} {kind}", note) for note in samples[kind])
    for section in ("ordinary", "telling"):
        for language, notes in corpus[section].items():
            yield from ((f"{section} {language}", note) for note in notes)


def _case(where: str, written: str) -> Case:
    return Case(
        where=where,
        note=_MARKED.sub(r"\2", written),
        expected=_MARKED.sub(lambda match: MARKERS[match[1]], written),
        found=tuple((match[1], match[2]) for match in _MARKED.finditer(written)),
    )
