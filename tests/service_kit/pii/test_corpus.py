# SPDX-License-Identifier: Apache-2.0
"""Redaction does what people expect of it on notes that people write."""

from pathlib import Path

import pytest

from service_kit.pii import PATTERNS, find, redact
from tests.service_kit.pii.corpus import Case, cases, found, known_misses, read, report, scores

REFERENCE = (Path(__file__).parents[3] / "docs/reference/pii-patterns.md").read_text("utf-8")


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
    assert (find(case.note) in dict(case.found)) if case.found else (find(case.note) is None)


@pytest.mark.parametrize("case", known_misses(), ids=where)
def test_known_miss_is_still_one(case: Case) -> None:
    """A miss that has become a hit moves to the corpus proper."""
    assert case.found
    assert case.note == redact(case.note)


def test_each_pattern_has_matches_and_near_misses() -> None:
    """The corpus shows of each pattern what it takes and what it leaves, and has no other."""
    samples = read()["patterns"]
    assert {pattern.name for pattern in PATTERNS} == set(samples)
    assert all(samples[name]["match"] and samples[name]["pass"] for name in samples)


def test_nothing_is_redacted_that_should_not_be() -> None:
    """Precision is 1, and recall lacks the known misses only (`pytest -s` prints both)."""
    print("\n" + "\n".join(report()))  # noqa: T201 the figures are wanted
    assert {1.0} == {score.precision for score in scores().values()}
    missing = sum(score.missing for score in scores().values())
    assert sum(len(case.found) for case in known_misses()) == missing


def test_the_reference_is_complete() -> None:
    """The documentation lists each pattern with its score, each known miss, and nothing else."""
    misses = [f"| `{case.note}` | {case.where} |" for case in known_misses()]
    rows = [line for line in REFERENCE.splitlines() if line.startswith("| `")]
    assert report() + misses == rows
    assert f"the {len(cases()) + len(misses)} notes" in REFERENCE
