# SPDX-License-Identifier: Apache-2.0
"""`GET /openapi.json`: the API, its schemas taken from the very types that check and answer."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final, get_args

import msgspec
from falcon import MEDIA_HTML, MEDIA_JSON, Request, Response
from msgspec import structs

from dashboard import sign_in
from dashboard.filters import Filters
from dashboard.panels import NAMES
from dashboard.resources import MEDIA_CSV, PanelAnswer
from service_kit.error_handlers import PROBLEM_JSON, ProblemDetails

Json = dict[str, Any]

_PROBLEMS: Final = {
    400: "A filter is unknown or malformed; `errors` names the fields.",
    401: "Nobody knows who is calling.",
    403: "The caller is no analyst.",
    404: "There is no such panel.",
    415: "The body is not application/json.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "The database or the processor is away; Retry-After says when to come back.",
}


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
        (PanelAnswer, sign_in.Token, ProblemDetails), ref_template="#/components/schemas/{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Telesift dashboard",
            "version": version("telesift"),
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"bearer": []}],
        "paths": {
            "/": {"get": _page()},
            "/api/{panel}": {"get": _panel()},
            sign_in.PATH: {"post": _sign_in(), "delete": _sign_out()},
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
        },
    }


def _page() -> Json:
    return {
        "operationId": "page",
        "summary": "Give the page, which has no figures in it.",
        "security": [],
        "responses": {"200": _answer("The page.", {MEDIA_HTML: _text()})},
    }


def _panel() -> Json:
    name = {"enum": [*NAMES, *(f"{name}.csv" for name in NAMES)]}
    content = {MEDIA_JSON: {"schema": _ref(PanelAnswer)}, MEDIA_CSV: _text()}
    return {
        "operationId": "panel",
        "summary": "Read a panel's table, as JSON, or as CSV by its name or by Accept;"
        " for the role analyst.",
        "parameters": [
            {"name": "panel", "in": "path", "required": True, "schema": name},
            *map(_filter, structs.fields(Filters)),
        ],
        "responses": {
            "200": _answer("The table, and the filters as they were understood.", content),
            **_problems(400, 401, 403, 404, 429, 503),
        },
    }


def _sign_in() -> Json:
    return {
        "operationId": "signIn",
        "summary": "Keep a token in a cookie; in mode dev alone.",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {MEDIA_JSON: {"schema": _ref(sign_in.Token)}},
        },
        "responses": {"204": _answer("Signed in."), **_problems(400, 401, 415)},
    }


def _sign_out() -> Json:
    return {
        "operationId": "signOut",
        "summary": "Take the cookie back; in mode dev alone.",
        "security": [],
        "responses": {"204": _answer("Signed out.")},
    }


def _answer(description: str, content: Mapping[str, Json] | None = None) -> Json:
    return {"description": description} | ({"content": dict(content)} if content else {})


def _problems(*statuses: int) -> Json:
    content = {PROBLEM_JSON: {"schema": _ref(ProblemDetails)}}
    return {str(status): _answer(_PROBLEMS[status], content) for status in statuses}


def _filter(field: structs.FieldInfo) -> Json:
    kind = field.type if field.required else get_args(field.type)[0]  # left out, never null
    return {
        "name": field.encode_name,
        "in": "query",
        "required": False,
        "schema": _inline(msgspec.json.schema(kind)),
    }


def _inline(schema: Json) -> Json:
    return dict(next(iter(schema["$defs"].values()))) if "$defs" in schema else schema


def _text() -> Json:
    return {"schema": {"type": "string"}}


def _ref(schema: type[msgspec.Struct]) -> Json:
    return {"$ref": f"#/components/schemas/{schema.__name__}"}
