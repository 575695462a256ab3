# SPDX-License-Identifier: Apache-2.0
"""Notes with what must be found in them, read into cases; and the score of redaction on them."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from service_kit.pii import PATTERNS
from service_kit.pii.matching import matches

HERE = Path(__file__).parent
KINDS = tuple(dict.fromkeys(pattern.kind for pattern in PATTERNS))
_MARKED = re.compile(r"\[\[([a-z]+): (.*?)\]\]", re.DOTALL)


@dataclass(frozen=True)
class Span:
    """A value in a note, `end` excluded, and the kind of thing it is."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Case:
    """One note: where it stands in its corpus, what must become of it, what must be found."""

    where: str
    note: str
    expected: str
    found: tuple[tuple[str, str], ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Score:
    """What was found of what a person would have replaced, and what was replaced in error."""

    found: int = 0
    wanted: int = 0
    false: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.wanted if self.wanted else 1.0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.false) if self.found + self.false else 1.0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.found + other.found, self.wanted + other.wanted, self.false + other.false)

    def __str__(self) -> str:
        return f"{self.recall:.2f} ({self.wanted}) | {self.precision:.2f} ({self.false})"


def read(name: str) -> Any:
    """Return a corpus as YAML has it."""
    return yaml.safe_load((HERE / f"{name}.yaml").read_text("utf-8").replace("¦", ""))


def cases() -> list[Case]:
    """Return every note of the corpus that patterns are tuned on, save the known misses."""
    return [case_of(where, written) for where, written in _notes(read("corpus"))]


def known_misses() -> list[Case]:
    """Return notes that redaction leaves alone though a person would not."""
    return [case_of(miss["reason"], miss["note"]) for miss in read("corpus")["known_misses"]]


def held_out() -> list[Case]:
    """Return the notes that patterns are measured on."""
    return [case_of(where, note) for where, notes in read("held_out").items() for note in notes]


def found(note: str) -> tuple[tuple[str, str], ...]:
    """Return what the patterns find in a note: kinds, and the matches."""
    return tuple((PATTERNS[m.rank].kind, note[m.start : m.end]) for m in matches(note))


def score(case: Case) -> Iterator[tuple[str, Score]]:
    """Yield a score for each span of a note that is replaced whole, and for each false alarm."""
    actual = matches(case.note)
    for span in case.spans:
        whole = any(m.start <= span.start and span.end <= m.end for m in actual)
        yield span.kind, Score(found=whole, wanted=1)
    for m in actual:
        if not any(m.start < span.end and span.start < m.end for span in case.spans):
            yield PATTERNS[m.rank].kind, Score(false=1)


def scores(notes: Iterable[Case], by: Callable[[Case, str], str]) -> dict[str, Score]:
    """Return the sum of the scores of notes, by their language or the kinds in them."""
    total: dict[str, Score] = {}
    for case in notes:
        for kind, one in [("", Score()), *score(case)]:
            key = by(case, kind)
            total[key] = total.get(key, Score()) + one
    return {key: one for key, one in total.items() if key}


def case_of(where: str, written: str) -> Case:
    """Return a case of a note in which `[[kind: value]]` marks what is to be found."""
    note, spans = "", []
    position = 0
    for match in _MARKED.finditer(written):
        note += written[position : match.start()]
        spans.append(Span(len(note), len(note) + len(match[2]), match[1]))
        note += match[2]
        position = match.end()
    return Case(
        where=where,
        note=note + written[position:],
        expected=_MARKED.sub(r"[\1]", written),
        found=tuple((match[1], match[2]) for match in _MARKED.finditer(written)),
        spans=tuple(spans),
    )


def repeated(notes: Iterable[Case]) -> list[str]:
    """Return notes that stand in a corpus more than once."""
    return [note for note, times in Counter(case.note for case in notes).items() if times > 1]


def _notes(corpus: Any) -> Iterator[tuple[str, str]]:
    for name, samples in corpus["kinds"].items():
        for kind in ("match", "pass"):
            yield from ((f"{name} {kind}", note) for note in samples[kind])
    for section in ("ordinary", "telling"):
        for language, notes in corpus[section].items():
            yield from ((f"{section} {language}", note) for note in notes)
