# SPDX-License-Identifier: Apache-2.0
"""`GET /openapi.json`: the processor's API, with the event contract out of the catalog."""

import json
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import msgspec
from falcon import MEDIA_JSON
from falcon.asgi import Request, Response

from processors.delivery.ledger import Ledger
from processors.gateway.config import limits_document
from processors.pipeline.reasons import Reason
from service_kit.limits import EVENTS_PER_REQUEST

_SCHEMAS = "#/components/schemas/"


class OpenApiResource:
    """The document, written once at start."""

    public = True

    def __init__(self) -> None:
        self._document = json.dumps(openapi_document()).encode()

    async def on_get(self, req: Request, resp: Response) -> None:
        """Answer with the document."""
        resp.content_type, resp.data = MEDIA_JSON, self._document


def openapi_document() -> dict[str, Any]:
    """Write the OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Telesift processor",
            "version": version("telesift"),
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"bearer": []}],
        "paths": {
            "/telemetry/events": {"post": _post_events()},
            "/v1/logs": {"post": _post_logs()},
            "/telemetry/config": {"get": _get_config()},
            "/telemetry/ledger": {"get": _get_ledger()},
            **{path: {"get": _get_health(path)} for path in ("/livez", "/readyz", "/version")},
        },
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": _event_schemas() | _answer_schemas(),
            "responses": {"Problem": _problem_response()},
        },
    }


def _post_events() -> dict[str, Any]:
    return {
        "operationId": "postEvents",
        "summary": "Send 1-50 events; each gets its own verdict.",
        "requestBody": _body(MEDIA_JSON, _ref("Events")),
        "responses": {
            "200": _response("At least one event was accepted, and is on disk.", "BatchAnswer"),
            "400": {
                "description": "Malformed, or no event was acceptable.",
                "content": {"application/problem+json": {"schema": _ref("BatchProblem")}},
            },
            **_problems("401", "403", "413", "415", "429", "503"),
        },
    }


def _post_logs() -> dict[str, Any]:
    return {
        "operationId": "exportLogs",
        "summary": "Export OTLP logs, as JSON or protobuf, plain, gzip or zstd.",
        "externalDocs": {"url": "https://opentelemetry.io/docs/specs/otlp/#otlphttp"},
        "requestBody": _body(MEDIA_JSON, _ref("ExportLogsServiceRequest")),
        "responses": {
            "200": _response("Taken; `partialSuccess` tells what was not.", "ExportLogsResponse"),
            **{
                status: _response("A google.rpc.Status.", "Status")
                for status in ("400", "401", "403", "413", "415", "429", "503")
            },
        },
    }


def _get_config() -> dict[str, Any]:
    return {
        "operationId": "getConfig",
        "summary": "Read the limits, the catalog's digest and the caller's flags.",
        "responses": {
            "200": _response("What a client needs to know before it sends.", "Config"),
            "304": {"description": "Unchanged since the ETag in If-None-Match."},
            **_problems("401", "403", "429"),
        },
    }


def _get_ledger() -> dict[str, Any]:
    return {
        "operationId": "getLedger",
        "summary": "Read where every event went; for the roles analyst and service.",
        "responses": {
            "200": _response("All columns, and whether they balance.", "Ledger"),
            **_problems("401", "403", "429"),
        },
    }


def _get_health(path: str) -> dict[str, Any]:
    responses = {"200": {"description": "Well.", "content": {MEDIA_JSON: {"schema": {}}}}}
    if path == "/readyz":
        responses["503"] = {
            "description": "An event could not be stored right now.",
            "content": {MEDIA_JSON: {"schema": {"type": "object"}}},
        }
    return {
        "operationId": f"get{path[1:].capitalize()}",
        "summary": "Health of this process.",
        "security": [],
        "responses": responses,
    }


def _event_schemas() -> dict[str, Any]:
    """Take the generated contract apart into components, so that its references resolve here."""
    text = files("processors.catalog").joinpath("event.schema.json").read_text(encoding="utf-8")
    contract = json.loads(text.replace("#/$defs/", _SCHEMAS))
    parts = contract.pop("$defs")
    for keyword in ("$schema", "$id", "$comment"):
        contract.pop(keyword, None)
    return {"Event": contract, **parts}


def _answer_schemas() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    text = {"type": "string"}
    verdicts = {
        "accepted": count,
        "rejected": count,
        "trace_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "rejections": {"type": "array", "items": _ref("Rejection")},
    }
    return {
        "Events": {
            "type": "object",
            "required": ["events"],
            "properties": {
                "events": {
                    "type": "array",
                    "items": _ref("Event"),
                    "minItems": 1,
                    "maxItems": EVENTS_PER_REQUEST,
                }
            },
        },
        "Rejection": {
            "type": "object",
            "required": ["index", "reason"],
            "properties": {
                "index": count,
                "reason": {"enum": [reason.value for reason in Reason]},
                "event": text,
                "attribute": text,
            },
            "additionalProperties": False,
        },
        "BatchAnswer": {
            "type": "object",
            "required": list(verdicts),
            "properties": verdicts,
            "additionalProperties": False,
        },
        "BatchProblem": {"allOf": [_ref("Problem"), {"type": "object", "properties": verdicts}]},
        "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "code", "trace_id"],
            "properties": {
                "type": text,
                "title": text,
                "status": {"type": "integer"},
                "detail": text,
                "code": text,
                "trace_id": text,
            },
        },
        "Status": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "integer"}, "message": text},
        },
        "ExportLogsServiceRequest": {
            "type": "object",
            "properties": {"resourceLogs": {"type": "array", "items": {"type": "object"}}},
        },
        "ExportLogsResponse": {
            "type": "object",
            "properties": {"partialSuccess": {"type": "object"}},
        },
        **_ledger_schemas(),
        "Config": _object(
            limits=_object(**dict.fromkeys(limits_document(1), count)),
            catalog=_object(digest=text, version=text),
            flags=_object(telemetry={"type": "boolean"}, psr={"type": "boolean"}),
        ),
    }


def _ledger_schemas() -> dict[str, Any]:
    """Describe the ledger's own types, with what its report adds to them."""
    _, schemas = msgspec.json.schema_components([Ledger], ref_template=_SCHEMAS + "{name}")
    for name, added in (("SinkAccount", ["lost"]), ("Ledger", ["lost", "balanced"])):
        for key in added:
            kind = "boolean" if key == "balanced" else "integer"
            schemas[name]["properties"][key] = {"type": kind}
        schemas[name]["required"] += added
    return schemas


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _problem_response() -> dict[str, Any]:
    return {
        "description": "What is wrong, by RFC 9457.",
        "content": {"application/problem+json": {"schema": _ref("Problem")}},
    }


def _problems(*statuses: str) -> dict[str, Any]:
    return {status: {"$ref": "#/components/responses/Problem"} for status in statuses}


def _body(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _response(description: str, schema: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_JSON: {"schema": _ref(schema)}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _SCHEMAS + name}
