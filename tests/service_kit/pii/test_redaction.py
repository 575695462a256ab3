# SPDX-License-Identifier: Apache-2.0
"""What redaction promises for any text at all."""

import subprocess
import sys

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from service_kit.pii import PATTERNS, find, redact
from service_kit.pii.folding import fold, fold_with_origins
from service_kit.pii.pattern import Pattern
from tests.service_kit.pii.corpus import cases

# These are told by the words before them; the others by themselves.
ANNOUNCED = {"announced_phone", "authorization", "basic_credentials", "assigned_secret"}
SECRETS = sorted({value for case in cases() for _, value in case.found})
SELF_TELLING = sorted(
    {value for case in cases() for name, value in case.found if name not in ANNOUNCED}
)

WORDS = st.sampled_from(
    ("the", "tone", "prompt,", "ok.", "(nice)", "größer", "要約", "ملخص", "-", "!", "DE", "100%")
) | st.sampled_from(
    ("1", "20", "300", "1200", "4/5", "5-10", "1.5", "3,2", "v2.1", "10:30", "2026-11-23")
)
PROSE = st.lists(WORDS, max_size=5).map(" ".join)

# Pieces that patterns are made of, and odd ones: random text alone would seldom come near.
PIECES = st.sampled_from(
    SECRETS
    + list("@.-/()[]:=?#+_019aZé漢٣\uff11\u200b\ufe0f\ud83d\n ")
    + ["[email]", "[ip]", "http://", "token=", "bearer ", "tel ", "eyJ", "sk-", "DE89", "4111 "]
)
TEXTS = st.text(st.characters()) | st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)

LONG = 1_000_000
HOSTILE = (
    "a",
    "1",
    "a.",
    "a@",
    "1 ",
    "1:",
    "(0",
    "+1",
    "é\uff11",
    "http://",
    "token=",
    "x?y=",
    "-----BEGIN PRIVATE KEY-----",
)


@settings(deadline=None)
@given(TEXTS)
def test_nothing_is_found_in_what_was_redacted(text: str) -> None:
    """Redaction never raises, leaves nothing to find, and so is idempotent."""
    redacted = redact(text)
    assert find(redacted) is None
    assert redacted == redact(redacted)


@settings(deadline=None)
@given(TEXTS)
def test_text_without_a_match_is_untouched(text: str) -> None:
    """Folding is for matching only: clean text keeps its full-width and invisible characters."""
    assert (find(text) is None) == (text == redact(text))


@settings(deadline=None, max_examples=500)
@given(PROSE, st.sampled_from(SELF_TELLING), PROSE)
def test_no_secret_survives_in_prose(before: str, secret: str, after: str) -> None:
    """Whatever the words and numbers around it, what the corpus marks does not come out."""
    assert secret not in redact(f"{before} {secret} {after}")


@settings(deadline=None)
@given(TEXTS)
def test_each_folded_byte_knows_its_character(text: str) -> None:
    """Folding with and without the way back agree; the way back never runs backwards."""
    folded = fold_with_origins(text)
    assert fold(text) == folded.text
    assert len(folded.origins) == len(folded.text)
    assert list(folded.origins) == sorted(folded.origins)
    assert all(0 <= origin < len(text) for origin in folded.origins)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_hostile_text_is_done_with(piece: str) -> None:
    """Repetition that explodes a backtracking matcher finishes here."""
    assert find(redact(piece * (LONG // len(piece)))) is None


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_no_pattern_matches_nothing(pattern: Pattern) -> None:
    """An empty match would redact everywhere; an unbounded retry would not be linear."""
    assert not re2.compile(pattern.expression).search(b"")
    assert not pattern.overlapping or pattern.confirm is not len


def test_names_are_unique_and_markers_are_final() -> None:
    """A name identifies a pattern, and no marker looks like personal data."""
    assert len(PATTERNS) == len({pattern.name for pattern in PATTERNS})
    assert not [pattern.name for pattern in PATTERNS if find(f"x {pattern.marker} y")]


def test_a_pattern_that_does_not_compile_stops_the_start() -> None:
    """An expression with a mistake raises at import, rather than match nothing."""
    script = """
import importlib
from service_kit.pii import pattern, patterns, redaction
patterns.PATTERNS += (pattern.Pattern("broken", "[x]", "unbalanced", "("),)
importlib.reload(redaction)
"""
    start = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert start.returncode != 0
    assert b"missing )" in start.stderr
