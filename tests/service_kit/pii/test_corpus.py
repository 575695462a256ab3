# SPDX-License-Identifier: Apache-2.0
"""Redaction does what people expect of it on notes that people write."""

from pathlib import Path

import pytest
import yaml

from service_kit.pii import PATTERNS, find, redact
from service_kit.pii.matching import matches
from service_kit.pii.vendor_tokens import VENDOR_TOKENS
from tests.service_kit.pii.corpus import (
    KINDS,
    Case,
    Score,
    case_of,
    cases,
    found,
    held_out,
    known_misses,
    read,
    repeated,
    scores,
)
from tests.service_kit.pii.measure import report

ROOT = Path(__file__).parents[3]
REFERENCE = (ROOT / "docs/reference/pii-patterns.md").read_text("utf-8")
SHARED = ROOT.parent.parent / "shared/data/pii_examples.yaml"


def where(case: Case) -> str:
    return case.where


@pytest.mark.parametrize("case", cases(), ids=where)
def test_note_is_redacted_exactly(case: Case) -> None:
    """What the corpus marks is replaced, all of it and nothing else."""
    assert case.expected == redact(case.note)
    assert case.found == found(case.note)


@pytest.mark.parametrize("case", cases(), ids=where)
def test_find_names_a_pattern_where_there_is_something_to_redact(case: Case) -> None:
    """The verdict of `find` agrees with `redact`, and is a name, never the match."""
    kinds = {pattern.name: pattern.kind for pattern in PATTERNS}
    name = find(case.note)
    assert (kinds.get(name or "") in dict(case.found)) if case.found else (name is None)


@pytest.mark.parametrize("case", known_misses(), ids=where)
def test_known_miss_is_still_one(case: Case) -> None:
    """A miss that has become a hit moves to the corpus proper."""
    assert case.found
    assert case.note == redact(case.note)


def test_each_kind_has_matches_and_near_misses() -> None:
    """The corpus shows of each kind what is taken and what is left, and has no other."""
    samples = read("corpus")["kinds"]
    assert set(KINDS) == set(samples)
    assert all(samples[name]["match"] and samples[name]["pass"] for name in samples)


def test_each_pattern_is_at_work() -> None:
    """No pattern is there for nothing: each finds something in a corpus."""
    ranks = {match.rank for case in (*cases(), *held_out()) for match in matches(case.note)}
    assert {p.name for p in PATTERNS} == {PATTERNS[rank].name for rank in ranks}


def test_corpora_are_apart() -> None:
    """A note that patterns were tuned on measures nothing."""
    assert not repeated((*cases(), *known_misses(), *held_out()))


def test_held_out_notes_are_many() -> None:
    """Enough notes, languages and harmless ones for the figures to say something."""
    notes = held_out()
    assert len(notes) >= 150
    assert len({case.where for case in notes}) >= 10
    assert sum(not case.spans for case in notes) >= 70


def test_redaction_is_as_good_as_promised() -> None:
    """Recall of 0.9 and precision of 0.95 on notes that patterns were not tuned on."""
    total = sum(scores(held_out(), by=lambda _, kind: kind).values(), Score())
    assert total.recall >= 0.9
    assert total.precision >= 0.95


@pytest.mark.skipif(not SHARED.exists(), reason="outside of this repository")
def test_redaction_is_as_good_on_examples_of_others() -> None:
    """The same on notes that were written elsewhere, where they are at hand."""
    examples = yaml.safe_load(SHARED.read_text("utf-8"))
    notes = [case_of(one["lang"], _marked(one["text"], one["spans"])) for one in examples]
    total = sum(scores(notes, by=lambda _, kind: kind).values(), Score())
    assert total.recall >= 0.9
    assert total.precision >= 0.95


def test_the_reference_is_complete() -> None:
    """The page has each pattern, each vendor, each known miss, and the figures as measured."""
    rows = [
        *(f"| `{p.name}` | `{p.marker}` | {p.brief} |" for p in PATTERNS),
        *(f"| `{case.note}` | {case.where} |" for case in known_misses()),
    ]
    assert rows == [line for line in REFERENCE.splitlines() if line.startswith("| `")]
    assert "\n".join(report()) in REFERENCE
    assert ", ".join(row.name for row in VENDOR_TOKENS) in REFERENCE
    assert f"the {len(held_out())} notes" in REFERENCE


def _marked(text: str, spans: list[dict[str, str]]) -> str:
    for span in spans:
        text = text.replace(span["value"], f"[[{span['kind'].replace('_', '')}: {span['value']}]]")
    return text
