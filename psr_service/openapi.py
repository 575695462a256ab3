# SPDX-License-Identifier: Apache-2.0
"""The PSR service's API, described."""

from typing import Final

from msgspec import Struct

from psr_service.analytics import Grouping
from psr_service.messages import (
    Eligibility,
    EligibilityQuery,
    ImpressionForm,
    ImpressionStored,
    Page,
    RatingForm,
    RatingStored,
    StatisticsQuery,
    Summary,
)
from service_kit import openapi
from service_kit.openapi import Json
from service_kit.tables import MEDIA_CSV

_TYPES: Final = (
    RatingForm, RatingStored, ImpressionForm, ImpressionStored, Eligibility, Summary, Page,
)  # fmt: skip
_READING: Final = (400, 401, 403, 404, 429, 503)
_WRITING: Final = (400, 401, 403, 413, 415, 429, 503)

_PROMPT: Final = openapi.path_parameter("prompt_id", {"type": "string", "format": "uuid"})
_GROUPING: Final = openapi.path_parameter("grouping", {"enum": list(Grouping)})


def document() -> Json:
    """Return the OpenAPI document."""
    return openapi.document("Telesift PSR service", _writes() | _reads(), _TYPES)


def _writes() -> dict[str, Json]:
    shown, dismissed = "that the question was shown", "that the question was closed unanswered"
    return {
        "/psr": _write("rate", _RATE, RatingForm, RatingStored),
        "/psr/impressions": _write("show", f"Record {shown}.", ImpressionForm, ImpressionStored),
        "/psr/dismissals": _write(
            "dismiss", f"Record {dismissed}.", ImpressionForm, ImpressionStored
        ),
    }


_RATE: Final = "Rate a prompt; a second rating of the day replaces the first."
_ASK: Final = "Ask whether to put the question to the caller now."
_SUMMARISE: Final = "Sum up the caller's own ratings of a prompt."
_ANALYSE: Final = "Read statistics of groups of ratings, as JSON or CSV; for the role analyst."


def _reads() -> dict[str, Json]:
    filters, csv = openapi.query(StatisticsQuery), openapi.text_of(MEDIA_CSV)
    return {
        "/psr/eligibility": _read("askable", _ASK, Eligibility, openapi.query(EligibilityQuery)),
        "/psr/prompts/{prompt_id}/summary": _read("summarise", _SUMMARISE, Summary, [_PROMPT]),
        "/psr/analytics/{grouping}": _read("analyse", _ANALYSE, Page, [_GROUPING, *filters], csv),
    }


def _write(name: str, summary: str, form: type[Struct], answer: type[Struct]) -> Json:
    responses = _responses(answer, _WRITING)
    return {"post": openapi.operation(name, summary, responses, body=openapi.json_of(form))}


def _read(
    name: str,
    summary: str,
    answer: type[Struct],
    parameters: list[Json],
    also: dict[str, Json] | None = None,
) -> Json:
    responses = _responses(answer, _READING, also)
    return {"get": openapi.operation(name, summary, responses, parameters=parameters)}


def _responses(
    answer: type[Struct], statuses: tuple[int, ...], also: dict[str, Json] | None = None
) -> Json:
    description = (answer.__doc__ or "").partition("\n")[0]
    content = openapi.json_of(answer) | (also or {})
    return {"200": openapi.answer(description, content), **openapi.problems(*statuses)}
