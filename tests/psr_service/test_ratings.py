# SPDX-License-Identifier: Apache-2.0
"""What a note may say, and when the question may be put again."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from processors import limits
from psr_service import ratings
from psr_service.messages import Eligibility, Reason
from psr_service.ratings import (
    LONGEST_ADDRESS,
    READ_CHARACTERS,
    DayActivity,
    clamp,
    clean_note,
    eligibility,
)
from service_kit import pii

FAMILY = "👨‍👩‍👧‍👦"
NOTES = [
    (None, None),
    ("", None),
    (" \t\r\n ", None),
    ("\u0000\u0007", None),
    ("  good  ", "good"),
    ("one\ntwo\r\n\tthree", "one two three"),
    ("bell\u0007, escape\u001b[31m, del\u007f, c1\u0085", "bell, escape[31m, del, c1"),
    ("reads \u202ebackwards\u202c", "reads backwards"),
    ("two  spaces  stay", "two  spaces  stay"),
    (FAMILY, FAMILY),
    # Persian needs its zero-width non-joiner
    ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",) * 2,
    ("mail ana@example.com, thanks", "mail [email], thanks"),
    ("cut it from 1200 to 300 words, v2.1 on 2026-11-23 at 10:30",) * 2,
    ("x" * 281, "x" * 280),
    ("x" * 279 + " y", "x" * 279),
    (FAMILY * 281, FAMILY * 280),
    ("x" * 275 + " ana@example.com", "x" * 275 + " [ema"),
]


def test_the_page_is_told_the_same_length() -> None:
    """The processor serves the limits of both services; neither imports the other."""
    assert ratings.NOTE_CHARACTERS == limits.NOTE_CHARACTERS


@pytest.mark.parametrize(("note", "kept"), NOTES)
def test_note_is_cleaned(note: str | None, kept: str | None) -> None:
    """Trimmed, one line, without controls, redacted, and cut where a person counts 280."""
    assert kept == clean_note(note)


@given(st.text(st.characters(codec="utf-8"), max_size=600))
def test_cleaning_holds_for_any_text(note: str) -> None:
    """Whatever is sent: at most 280 characters, no controls, nothing that redaction would find."""
    kept = clean_note(note) or ""
    assert len(regex.findall(r"\X", kept)) <= 280
    assert not regex.search(r"[\p{Cc}\p{Cs}]", kept)
    assert kept == kept.strip()
    assert pii.find(kept) is None


@given(st.text(alphabet="ae\u0301\u200d👩🇩🇪क्षि\r\n", max_size=40), st.integers(0, 20))
def test_clamp_never_cuts_a_character(text: str, limit: int) -> None:
    """What is left is the first so many grapheme clusters, whole."""
    assert "".join(regex.findall(r"\X", text)[:limit]) == clamp(text, limit)


def test_clamp_bounds_a_stack_of_accents() -> None:
    """One "character" of ten thousand accents is no character."""
    assert clamp("e" + "\u0301" * 10_000, 280) == ""
    assert clamp("fine " + "e" + "\u0301" * 10_000, 280) == "fine "


@pytest.mark.parametrize("place", range(READ_CHARACTERS - 40, READ_CHARACTERS + 2))
def test_an_address_at_the_bound_is_not_halved(place: int) -> None:
    """Where reading a long note ends, half an address does not come through."""
    token = "ghp" + "_" + "a1B2" * 200
    before = f"{token} {'x ' * READ_CHARACTERS}"[: place - 1]
    note = f"{before} ana.maria.lopez@mail.example.org {'and more ' * 100}"
    kept = clean_note(note) or ""
    assert not any(part in kept for part in ("ana", "maria", "lopez", "mail", "example"))
    assert kept.startswith("[token] x x")


def test_a_long_note_loses_what_was_not_read() -> None:
    """Of a note that is too long, its first 280 characters are kept all the same."""
    assert clean_note("word " * 50_000) == ("word " * 56).strip()
    assert LONGEST_ADDRESS < READ_CHARACTERS - 280


BODY = 256 * 1024
ORDINARY = (
    "Loved it. Reply to ana@example.org or +49 30 23125 123 after 2026-11-23, "
    "the answer was 300 words long and in version 2.1. "
)
HOSTILE = (
    *("a", "1 ", "a@", "+1 1234567 ", "4111 1111 1111 1112 ", "12345678901 ", "bsn 12345678 "),
    *("ssn 1 2 3 4 5 6 7 8 9 ", "850711-1234 ", "tel 12 34 56 7 ", "1::2 ", "1.2.3.4 "),
    *("password is ", "token=", "x at y dot ", "https://a/s/a", "-----BEGIN PRIVATE KEY-----"),
    *("\u0007", "\n", " ", "\u200b", "e\u0301\u0301", FAMILY, "\U0001f468\u200d", "é\uff11", "漢"),
)


def test_a_hostile_note_costs_little_more_than_an_ordinary_one() -> None:
    """CPU of a note that fills a request stays within ten times that of an ordinary one."""
    ordinary = cpu(ORDINARY)
    worst = max((cpu(piece) / ordinary, piece) for piece in HOSTILE)
    assert worst[0] <= 10, worst


def test_a_long_note_costs_little_more_than_one_that_is_kept_whole() -> None:
    """The cost of a note does not grow with it, once it is longer than what is read."""
    assert cpu(ORDINARY) <= 10 * cpu(ORDINARY, 4 * READ_CHARACTERS)


def cpu(piece: str, size: int = BODY) -> float:
    """Return the CPU seconds of cleaning a note of repeated pieces; the least of five."""
    note = (piece * (size // len(piece) + 1))[:size]
    return min(_seconds(note) for _ in range(5))


def _seconds(note: str) -> float:
    start = time.process_time()
    clean_note(note)
    return time.process_time() - start


NOW = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rated", "dismissed", "shown", "reason"),
    [
        (False, False, 0, None),
        (False, False, 2, None),
        (False, False, 3, Reason.SHOWN_TOO_OFTEN),
        (False, True, 1, Reason.DISMISSED_TODAY),
        (True, False, 1, Reason.RATED_TODAY),
        (True, True, 3, Reason.RATED_TODAY),
    ],
)
def test_eligibility(rated: bool, dismissed: bool, shown: int, reason: Reason | None) -> None:
    """The first reason that applies, and the midnight that ends it."""
    activity = DayActivity(NOW, rated, dismissed, shown)
    expected = Eligibility(reason is None, reason, MIDNIGHT if reason else None)
    assert expected == eligibility(activity, shown_at_most=3)


def test_the_day_ends_at_midnight_utc_everywhere() -> None:
    """A server's own time zone does not move the cap."""
    auckland = DayActivity(NOW.astimezone(timezone(timedelta(hours=13))), True, False, 0)
    assert MIDNIGHT == eligibility(auckland, 3).next_at
