# SPDX-License-Identifier: Apache-2.0
"""`GET /openapi.json`: the API, its schemas taken from the very types that check and answer."""

from importlib.metadata import version
from typing import Any, Final

import msgspec
from falcon import MEDIA_JSON, Request, Response

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
from service_kit.error_handlers import PROBLEM_JSON, ProblemDetails

Json = dict[str, Any]

_COMPONENTS: Final = (
    RatingForm, RatingStored, ImpressionForm, ImpressionStored, Eligibility, Summary, Page,
    ProblemDetails,
)  # fmt: skip

_SUMMARIES: Final = {
    "rate": "Rate a prompt; a second rating of the day replaces the first.",
    "show": "Record that the question was shown.",
    "dismiss": "Record that the question was closed without an answer.",
    "askable": "Ask whether to put the question to the caller now.",
    "summarise": "Sum up the caller's own ratings of a prompt.",
    "analyse": "Read statistics of groups of ratings, as JSON or CSV; for the role analyst.",
}

_PROBLEMS: Final = {
    400: "The request is malformed; `errors` names the fields.",
    401: "Nobody knows who is calling.",
    403: "The feature is off for the caller, or this is not theirs.",
    404: "There is no such resource.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "The database is away; Retry-After says when to come back.",
}
_READING: Final = (400, 401, 403, 404, 429, 503)
_WRITING: Final = (400, 401, 403, 413, 415, 429, 503)


class OpenApiResource:
    """The document, written once at start."""

    public = True

    def __init__(self) -> None:
        self._document = msgspec.json.encode(openapi_document())

    def on_get(self, req: Request, resp: Response) -> None:
        """Answer with the document."""
        resp.content_type, resp.data = MEDIA_JSON, self._document


def openapi_document() -> Json:
    """Write the OpenAPI 3.1 document."""
    _, schemas = msgspec.json.schema_components(
        _COMPONENTS, ref_template="#/components/schemas/{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Telesift PSR service",
            "version": version("telesift"),
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"bearer": []}],
        "paths": {
            "/psr": {"post": _write("rate", RatingForm, RatingStored)},
            "/psr/impressions": {"post": _write("show", ImpressionForm, ImpressionStored)},
            "/psr/dismissals": {"post": _write("dismiss", ImpressionForm, ImpressionStored)},
            "/psr/eligibility": {"get": _read("askable", Eligibility, _query(EligibilityQuery))},
            "/psr/prompts/{prompt_id}/summary": {
                "get": _read("summarise", Summary, [_path("prompt_id", _uuid())])
            },
            "/psr/analytics/{grouping}": {"get": _analytics()},
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
        },
    }


def _write(operation: str, form: type[msgspec.Struct], answer: type[msgspec.Struct]) -> Json:
    return {
        "operationId": operation,
        "summary": _SUMMARIES[operation],
        "requestBody": {"required": True, "content": {MEDIA_JSON: {"schema": _ref(form)}}},
        "responses": _responses(answer, _WRITING),
    }


def _read(operation: str, answer: type[msgspec.Struct], parameters: list[Json]) -> Json:
    return {
        "operationId": operation,
        "summary": _SUMMARIES[operation],
        "parameters": parameters,
        "responses": _responses(answer, _READING),
    }


def _analytics() -> Json:
    grouping = _path("grouping", {"enum": list(Grouping)})
    operation = _read("analyse", Page, [grouping, *_query(StatisticsQuery)])
    operation["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    return operation


def _responses(answer: type[msgspec.Struct], problems: tuple[int, ...]) -> Json:
    content = {PROBLEM_JSON: {"schema": _ref(ProblemDetails)}}
    return {
        "200": {
            "description": (answer.__doc__ or "").partition("\n")[0],
            "content": {MEDIA_JSON: {"schema": _ref(answer)}},
        },
        **{
            str(status): {"description": _PROBLEMS[status], "content": content}
            for status in problems
        },
    }


def _query(form: type[msgspec.Struct]) -> list[Json]:
    return [
        {
            "name": field.encode_name,
            "in": "query",
            "required": field.required,
            "schema": _without_null(msgspec.json.schema(field.type)),
        }
        for field in msgspec.structs.fields(form)
    ]


def _without_null(schema: Json) -> Json:
    """Describe a parameter that is there: one that is not is left out, never null."""
    if "$defs" in schema:
        (definition,) = schema["$defs"].values()
        return dict(definition)
    given = [choice for choice in schema.get("anyOf", [schema]) if choice != {"type": "null"}]
    return dict(given[0])


def _path(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _uuid() -> Json:
    return {"type": "string", "format": "uuid"}


def _ref(schema: type[msgspec.Struct]) -> Json:
    return {"$ref": f"#/components/schemas/{schema.__name__}"}
