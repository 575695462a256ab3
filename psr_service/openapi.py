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


def document() -> Json:
    """Return the OpenAPI document."""
    uuid = {"type": "string", "format": "uuid"}
    grouping = openapi.path_parameter("grouping", {"enum": list(Grouping)})
    return openapi.document(
        "Telesift PSR service",
        {
            "/psr": {
                "post": _write(
                    "rate",
                    "Rate a prompt; a second rating of the day replaces the first.",
                    RatingForm,
                    RatingStored,
                )
            },
            "/psr/impressions": {
                "post": _write(
                    "show",
                    "Record that the question was shown.",
                    ImpressionForm,
                    ImpressionStored,
                )
            },
            "/psr/dismissals": {
                "post": _write(
                    "dismiss",
                    "Record that the question was closed without an answer.",
                    ImpressionForm,
                    ImpressionStored,
                )
            },
            "/psr/eligibility": {
                "get": _read(
                    "askable",
                    "Ask whether to put the question to the caller now.",
                    Eligibility,
                    openapi.query(EligibilityQuery),
                )
            },
            "/psr/prompts/{prompt_id}/summary": {
                "get": _read(
                    "summarise",
                    "Sum up the caller's own ratings of a prompt.",
                    Summary,
                    [openapi.path_parameter("prompt_id", uuid)],
                )
            },
            "/psr/analytics/{grouping}": {
                "get": _read(
                    "analyse",
                    "Read statistics of groups of ratings, as JSON or CSV; for the role analyst.",
                    Page,
                    [grouping, *openapi.query(StatisticsQuery)],
                    openapi.text_of(MEDIA_CSV),
                )
            },
        },
        _TYPES,
    )


def _write(name: str, summary: str, form: type[Struct], answer: type[Struct]) -> Json:
    return openapi.operation(
        name, summary, _responses(answer, _WRITING), body=openapi.json_of(form)
    )


def _read(
    name: str,
    summary: str,
    answer: type[Struct],
    parameters: list[Json],
    also: dict[str, Json] | None = None,
) -> Json:
    return openapi.operation(
        name, summary, _responses(answer, _READING, also), parameters=parameters
    )


def _responses(
    answer: type[Struct], statuses: tuple[int, ...], also: dict[str, Json] | None = None
) -> Json:
    description = (answer.__doc__ or "").partition("\n")[0]
    content = openapi.json_of(answer) | (also or {})
    return {"200": openapi.answer(description, content), **openapi.problems(*statuses)}
