# SPDX-License-Identifier: Apache-2.0
"""What an analyst narrows the panels down to: the query of a request, read and checked."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, get_args
from uuid import UUID

import msgspec
from msgspec import Meta, Struct, structs

from service_kit.problem import BadRequest, FieldError

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 366
"""How long a period may be, in days: what a chart can show, and the database sum up in time."""

_HOURLY_DAYS: Final = 3  # beyond that a line by the hour is a scribble


class Source(StrEnum):
    """What led a person to rate."""

    COPY = "copy"
    DUPLICATE = "duplicate"
    MANUAL = "manual"
    OTHER = "other"


_Day = Annotated[date, Meta(description="a day as YYYY-MM-DD")]
_Prompt = Annotated[UUID, Meta(description="a UUID")]
_Version = Annotated[
    str,
    Meta(
        max_length=64,
        pattern=r"^[A-Za-z0-9._+-]+$(?!\n)",
        description="1 to 64 of the characters A-Z a-z 0-9 . _ + -",
    ),
]
_Source = Annotated[Source, Meta(description=f"one of {', '.join(Source)}")]


class Filters(Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """A period of UTC days, both included; and which prompt, version and source, None for all."""

    since: _Day
    until: _Day
    prompt_id: _Prompt | None = None
    version: _Version | None = None
    source: _Source | None = None

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.until - self.since).days + 1

    def values(self) -> dict[str, Any]:
        """Give the values that the panels' statements name, as the database's driver takes them."""
        return {
            "since": self.since,
            "until": self.until,
            "prompt_id": self.prompt_id and str(self.prompt_id),
            "version": self.version,
            "source": self.source and self.source.value,
            "step": "hour" if self.days <= _HOURLY_DAYS else "day",
        }


def parse(parameters: Mapping[str, Any], today: date) -> Filters:
    """Read a query; what is left out or blank is not filtered by, a period ends today.

    Raises `BadRequest`: a filter that is misspelt and ignored would give the wrong figures.
    """
    given = {name: value for name, value in parameters.items() if value != ""}
    _refuse_unknown(given)
    if wrong := list(_wrong(given)):
        raise _invalid(*wrong)
    until = msgspec.convert(given.get("to", today), date, strict=False)
    first = date.fromordinal(max(until.toordinal() - DEFAULT_DAYS + 1, 1))
    filters = msgspec.convert({"from": first, "to": until} | given, Filters, strict=False)
    if not 1 <= filters.days <= MOST_DAYS:
        raise _invalid(("from", f"a day at most {MOST_DAYS - 1} before to"))
    return filters


def _refuse_unknown(given: Mapping[str, Any]) -> None:
    known = Filters.__struct_encode_fields__
    if not given.keys() <= set(known):
        raise BadRequest(f"Expected no parameters but {', '.join(known)}.", code="unknown_filter")


def _wrong(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name the fields that cannot be read, and what each expects."""
    for field in structs.fields(Filters):
        kind = field.type if field.required else get_args(field.type)[0]
        try:
            msgspec.convert(given.get(field.encode_name), kind | None, strict=True)
        except msgspec.ValidationError:
            yield field.encode_name, kind.__metadata__[0].description


def _invalid(*wrong: tuple[str, str]) -> BadRequest:
    detail = "; ".join(f"{name}: {expected}" for name, expected in wrong)
    errors = [FieldError(name, "invalid") for name, _ in wrong]
    return BadRequest(f"Expected {detail}.", code="fields_invalid", errors=errors)
