# SPDX-License-Identifier: Apache-2.0
"""Kinds of values that several services take, each with its check.

The description completes the sentence "Expected …" of an error answer.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta

INT64_MAX: Final = (1 << 63) - 1
"""The largest integer of 64 bits with a sign."""

UUID_PATTERN: Final = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
"""A UUID, in a form that Python, ECMAScript, RE2 and Rust read alike."""


class Source(StrEnum):
    """What led a person to the question for a rating."""

    COPY = "copy"
    DUPLICATE = "duplicate"
    MANUAL = "manual"
    OTHER = "other"


Identifier = Annotated[UUID, Meta(description="a UUID")]
OneSource = Annotated[Source, Meta(description=f"one of {', '.join(Source)}")]
Version = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9._+-]*$(?!\n)",
        description="1 to 64 of the characters A-Z a-z 0-9 . _ + -",
    ),
]
Day = Annotated[date, Meta(description="a day as YYYY-MM-DD")]
