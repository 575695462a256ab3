# SPDX-License-Identifier: Apache-2.0
"""What redaction promises for any text at all."""

import re
import subprocess
import sys
import time

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from service_kit.pii import PATTERNS, find, redact
from service_kit.pii.folding import fold, fold_with_origins
from service_kit.pii.pattern import Pattern
from service_kit.pii.vendor_tokens import VENDOR_TOKENS, VendorToken
from tests.service_kit.pii.corpus import cases

SECRETS = sorted({value for case in cases() for _, value in case.found})
# These are told by the words before them; the others by themselves.
SELF_TELLING = [value for value in SECRETS if redact(value) in {p.marker for p in PATTERNS}]

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

LONG = 256 * 1024  # a request
ORDINARY = (
    "Loved it. Reply to ana@example.org or +49 30 23125 123 after 2026-11-23, "
    "the answer was 300 words long and in version 2.1. "
)
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
    "4111 1111 1111 1112 ",
    "12345678901 ",
    "bsn 12345678 ",
    "ssn 1 2 3 4 5 6 7 8 9 ",
    "850711-1234 ",
    "password is ",
    "pass: a1",
    "x at y dot ",
    "https://a/s/a",
    "1 Aaa Bbb Road ",
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
def test_a_request_of_hostile_text_is_done_with(piece: str) -> None:
    """Repetition that explodes a backtracking matcher finishes here."""
    assert find(redact(piece * (LONG // len(piece)))) is None


def test_hostile_text_costs_little_more_than_ordinary_text() -> None:
    """CPU per byte stays within a factor, whatever the text is made of: time is linear.

    A factor for text of a hundred kilobytes; a note is cut to a few before it comes here.
    """
    ordinary = cpu(ORDINARY)
    worst = max((cpu(piece) / ordinary, piece) for piece in HOSTILE)
    assert worst[0] <= 20, worst


def cpu(piece: str, size: int = 100_000) -> float:
    """Return the CPU seconds of redacting a piece, repeated to a size; the least of two."""
    text = (piece * (size // len(piece) + 1))[:size]
    return min(_seconds(text) for _ in range(2))


def _seconds(text: str) -> float:
    start = time.process_time()
    redact(text)
    return time.process_time() - start


@pytest.mark.parametrize("row", VENDOR_TOKENS, ids=lambda row: row.name)
@settings(deadline=None, max_examples=10)
@given(st.data())
def test_vendor_token_is_redacted_whole(row: VendorToken, data: st.DataObject) -> None:
    """Whatever has a vendor's shape does not come out, in a sentence or after an equals sign."""
    token = data.draw(st.from_regex(re.compile(row.shape, re.ASCII), fullmatch=True))
    assert token not in redact(f"it printed {token} twice")
    assert token not in redact(f"KEY={token}")


def test_a_number_goes_or_stays_as_a_whole() -> None:
    """No remainder of a number stays beside a marker."""
    for number in ("2 69 05 49 588 157 80", "2 69 05 49 588 157 81", "06 39 98 12 34 5"):
        assert redact(f"it said {number} twice") in (
            "it said [id] twice",
            "it said [phone] twice",
        )


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
from service_kit.pii import matching, network, pattern
network.MAC = pattern.Pattern("broken", "x", "unbalanced", "(")
importlib.reload(matching)
"""
    start = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert start.returncode != 0
    assert b"missing )" in start.stderr
