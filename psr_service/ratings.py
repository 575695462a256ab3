# SPDX-License-Identifier: Apache-2.0
"""The rules of a rating, apart from HTTP and SQL: what a note may say, when to ask again."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import msgspec
import regex

from psr_service.messages import Eligibility, Reason
from service_kit import pii
from service_kit.http.problem import BadRequest, FieldError

NOTE_CHARACTERS: Final = 280
"""A note, in characters as a person counts them; longer notes are clamped."""

CODE_POINTS_PER_CHARACTER: Final = 16
"""Enough for the longest flags and families; beyond it a stack of accents is an attack."""

READ_CHARACTERS: Final = 8 * NOTE_CHARACTERS
"""What is read of a longer note. Redaction may shorten a text, so that more is read than kept."""

LONGEST_ADDRESS: Final = 320
"""Characters that the cut of a longer note may have halved, with room to spare (RFC 5321: 254)."""

_CHARACTER = regex.compile(r"\X")
_LINE_BREAKS_AND_TABS = regex.compile(r"[\s--\p{Zs}]+", flags=regex.V1)
# Cc and Cs are never text; the bidirectional controls can make a note read as something else.
_CONTROLS = regex.compile(r"[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]")


def refuse_content(value: Mapping[str, Any]) -> None:
    """Raise `BadRequest` for a `body` key at any depth: a prompt's text never travels."""
    unseen: list[Any] = [value]  # not recursive: a caller decides how deep it is
    while unseen:
        item = unseen.pop()
        if isinstance(item, dict):
            if "body" in item:
                raise BadRequest(
                    "A rating never carries a prompt's text.",
                    code="body_not_allowed",
                    errors=[FieldError("body", "not_allowed")],
                )
            unseen.extend(item.values())
        elif isinstance(item, list):
            unseen.extend(item)


def clean_note(note: str | None) -> str | None:
    """Return a note as it may be kept: one line, no personal data, at most 280 characters.

    An empty note is None.
    A note that cannot be redacted is dropped; its rating stays.
    """
    if note is None:
        return None
    try:
        return clamp(_redact(note.strip())).rstrip() or None
    except ValueError:
        return None


def _redact(note: str) -> str:
    """Return the beginning of a note, redacted, at a cost that does not grow with the note.

    The cut may halve an address beyond recognition, so the end before it is dropped as well.
    """
    read = clamp(note[: READ_CHARACTERS * CODE_POINTS_PER_CHARACTER], READ_CHARACTERS)
    redacted = pii.redact(_CONTROLS.sub("", _LINE_BREAKS_AND_TABS.sub(" ", read)).strip())
    return redacted if len(read) == len(note) else redacted[:-LONGEST_ADDRESS]


def clamp(text: str, characters: int = NOTE_CHARACTERS) -> str:
    """Return the text cut to so many characters as a person counts them, never through one."""
    if len(text) <= characters:
        return text
    end = 0
    for count, character in enumerate(_CHARACTER.finditer(text), start=1):
        if count > characters or character.end() > characters * CODE_POINTS_PER_CHARACTER:
            break
        end = character.end()
    return text[:end]


class DayActivity(msgspec.Struct, frozen=True):
    """What an owner has seen and done on the UTC day of `at`.

    `rated` and `dismissed` are about one prompt, `shown_in_all` counts impressions of all.
    """

    at: datetime
    rated: bool
    dismissed: bool
    shown_in_all: int


def eligibility(activity: DayActivity, shown_at_most: int) -> Eligibility:
    """Return whether the question may be put; the caps end with the UTC day."""
    reason = _reason(activity, shown_at_most)
    return Eligibility(reason is None, reason, None if reason is None else day_after(activity.at))


def _reason(activity: DayActivity, shown_at_most: int) -> Reason | None:
    if activity.rated:
        return Reason.RATED_TODAY
    if activity.dismissed:
        return Reason.DISMISSED_TODAY
    return Reason.SHOWN_TOO_OFTEN if activity.shown_in_all >= shown_at_most else None


def day_of(now: datetime) -> datetime:
    """Return the midnight, UTC, that began the day of `now`."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def day_after(now: datetime) -> datetime:
    """Return the midnight, UTC, that ends the day of `now`."""
    return day_of(now) + timedelta(days=1)
