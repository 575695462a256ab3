# SPDX-License-Identifier: Apache-2.0
"""What a note may say, and when the question may be put again."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from psr_service.messages import Eligibility, Reason
from psr_service.ratings import DayActivity, clamp, clean_note, eligibility
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
