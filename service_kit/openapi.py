# SPDX-License-Identifier: Apache-2.0
"""`GET /openapi.json`: documents whose schemas are taken from the types that check and answer."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

import falcon
import falcon.asgi
import msgspec
from falcon import MEDIA_JSON, Request, Response
from msgspec import Struct, structs

from service_kit.http.error_handlers import PROBLEM_JSON, ProblemDetails

Json = dict[str, Any]

SCHEMAS: Final = "#/components/schemas/"

PROBLEMS: Final = {
    400: "The request is malformed; `errors` names the fields.",
    401: "The credentials are missing or not valid.",
    403: "The caller may not do this, or the feature is off for them.",
    404: "There is no such resource.",
    413: "The body is too large.",
    415: "The body's type or coding is not supported.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "Not available right now; Retry-After says when to come back.",
}
"""What a service says of a status, unless an operation says something else."""


def document(
    title: str,
    paths: Mapping[str, Mapping[str, Json]],
    types: Sequence[Any],
    schemas: Mapping[str, Json] | None = None,
) -> Json:
    """Return an OpenAPI 3.1 document.

    `paths` are operations by path and method, `types` the structs that they refer to, `schemas`
    what has no struct.
    """
    _, components = msgspec.json.schema_components(
        (*types, ProblemDetails), ref_template=SCHEMAS + "{name}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version("telesift"),
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"bearer": []}],
        "paths": dict(paths),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {**(schemas or {}), **components},
        },
    }


def operation(  # noqa: PLR0913 - what an operation is, each by its name
    name: str,
    summary: str,
    responses: Mapping[str, Json],
    *,
    parameters: Sequence[Json] = (),
    body: Mapping[str, Json] | None = None,
    public: bool = False,
) -> Json:
    """Return an operation; `body` is the content that it takes, by media type."""
    return {
        "operationId": name,
        "summary": summary,
        **({"security": []} if public else {}),
        **({"parameters": list(parameters)} if parameters else {}),
        **({"requestBody": {"required": True, "content": dict(body)}} if body else {}),
        "responses": dict(responses),
    }


def answer(description: str, content: Mapping[str, Json] | None = None) -> Json:
    """Return a response, by media type."""
    return {"description": description} | ({"content": dict(content)} if content else {})


def json_of(schema: type[Struct] | str) -> dict[str, Json]:
    """Return the content of a JSON body."""
    return {MEDIA_JSON: {"schema": reference(schema)}}


def text_of(media_type: str) -> dict[str, Json]:
    """Return the content of a body that is a text."""
    return {media_type: {"schema": {"type": "string"}}}


def problems(*statuses: int, **described: str) -> dict[str, Json]:
    """Return the responses of errors; `described` has other words, as in `_404="No panel."`."""
    content = {PROBLEM_JSON: {"schema": reference(ProblemDetails)}}
    own = {int(status[1:]): words for status, words in described.items()}
    texts = {status: PROBLEMS[status] for status in statuses} | own
    return {str(status): answer(texts[status], content) for status in sorted(texts)}


def query(form: type[Struct], *, optional: bool = False) -> list[Json]:
    """Return the query parameters that a form has; `optional` where all have a default."""
    return [
        {
            "name": field.encode_name,
            "in": "query",
            "required": field.required and not optional,
            "schema": _never_null(msgspec.json.schema(field.type)),
        }
        for field in structs.fields(form)
    ]


def path_parameter(name: str, schema: Json) -> Json:
    """Return a parameter that is part of the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def reference(schema: type[Struct] | str) -> Json:
    """Return a reference to a component."""
    return {"$ref": SCHEMAS + (schema if isinstance(schema, str) else schema.__name__)}


def add(app: falcon.App[Any, Any] | falcon.asgi.App[Any, Any], described: Json) -> None:
    """Serve a document, open to anybody."""
    kind = _AsyncDocument if isinstance(app, falcon.asgi.App) else _Document
    app.add_route("/openapi.json", kind(described))


class _Document:
    """The document, written once at start."""

    public: Final = True

    def __init__(self, described: Json) -> None:
        self._text = msgspec.json.encode(described)

    def on_get(self, req: Request, resp: Response) -> None:
        resp.content_type, resp.data = MEDIA_JSON, self._text


class _AsyncDocument:
    """The same for an ASGI application."""

    public: Final = True

    def __init__(self, described: Json) -> None:
        self._document = _Document(described)

    async def on_get(self, req: Request, resp: Response) -> None:
        self._document.on_get(req, resp)


def _never_null(schema: Json) -> Json:
    """Describe a parameter that is there: one that is not is left out, never null."""
    if "$defs" in schema:
        (definition,) = schema["$defs"].values()
        return dict(definition)
    given = [choice for choice in schema.get("anyOf", [schema]) if choice != {"type": "null"}]
    return dict(given[0])
