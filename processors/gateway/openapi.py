# SPDX-License-Identifier: Apache-2.0
"""The processor's API, described, with the event contract out of the catalog."""

import json
from importlib.resources import files
from typing import Any

from falcon import MEDIA_JSON

from processors.delivery.outbox.ledger import Ledger
from processors.gateway.messages import BatchAnswer, Config, Counts
from processors.limits import EVENTS_PER_REQUEST
from service_kit import openapi
from service_kit.http.error_handlers import PROBLEM_JSON, ProblemDetails
from service_kit.openapi import SCHEMAS, Json

_OTLP_STATUSES = (400, 401, 403, 413, 415, 429, 503)


def document(contract: Json) -> Json:
    """Return the OpenAPI document; `contract` is the JSON Schema of one event."""
    return openapi.document(
        "Telesift processor",
        {
            "/telemetry/events": {"post": _post_events()},
            "/v1/logs": {"post": _post_logs()},
            "/telemetry/config": {"get": _get_config()},
            "/telemetry/ledger": {"get": _get_ledger()},
            **{path: {"get": _get_health(path)} for path in ("/livez", "/readyz", "/version")},
        },
        (BatchAnswer, Counts, Config, Ledger),
        _event_schemas(contract) | _schemas(),
    )


def _post_events() -> Json:
    nothing = {"allOf": [openapi.reference(ProblemDetails), openapi.reference(Counts)]}
    return openapi.operation(
        "postEvents",
        "Send 1-50 events; each gets its own verdict.",
        {
            "200": openapi.answer(
                "At least one event was accepted, and is on disk.", openapi.json_of(BatchAnswer)
            ),
            "400": openapi.answer(
                "Malformed, or no event was acceptable.",
                {PROBLEM_JSON: {"schema": {"anyOf": [openapi.reference(ProblemDetails), nothing]}}},
            ),
            **openapi.problems(401, 403, 413, 415, 429, 503),
        },
        body=openapi.json_of("Events"),
    )


def _post_logs() -> Json:
    status = openapi.answer("A google.rpc.Status.", openapi.json_of("Status"))
    return openapi.operation(
        "exportLogs",
        "Export OTLP logs, as JSON or protobuf, plain, gzip or zstd.",
        {
            "200": openapi.answer(
                "Taken; `partialSuccess` tells what was not.",
                openapi.json_of("ExportLogsResponse"),
            ),
            **{str(code): status for code in _OTLP_STATUSES},
        },
        body=openapi.json_of("ExportLogsServiceRequest"),
    ) | {"externalDocs": {"url": "https://opentelemetry.io/docs/specs/otlp/#otlphttp"}}


def _get_config() -> Json:
    return openapi.operation(
        "getConfig",
        "Read the limits, the catalog's digest and the caller's flags.",
        {
            "200": openapi.answer(
                "What a client needs to know before it sends.", openapi.json_of(Config)
            ),
            "304": openapi.answer("Unchanged since the ETag in If-None-Match."),
            **openapi.problems(401, 403, 429),
        },
    )


def _get_ledger() -> Json:
    return openapi.operation(
        "getLedger",
        "Read where every event went; for the roles analyst and service.",
        {
            "200": openapi.answer(
                "All columns, and whether they balance.", openapi.json_of(Ledger)
            ),
            **openapi.problems(401, 403, 429),
        },
    )


def _get_health(path: str) -> Json:
    any_json: dict[str, Any] = {MEDIA_JSON: {"schema": {"type": "object"}}}
    responses = {"200": openapi.answer("Healthy.", any_json)}
    if path == "/readyz":
        responses["503"] = openapi.answer("An event could not be stored right now.", any_json)
    name = f"get{path[1:].capitalize()}"
    return openapi.operation(name, "Health of this process.", responses, public=True)


def event_contract() -> Json:
    """Read the generated JSON Schema of one event."""
    text = files("processors.catalog").joinpath("event.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def _event_schemas(contract: Json) -> Json:
    """Divide the contract into components, so that its references resolve here."""
    contract = json.loads(json.dumps(contract).replace("#/$defs/", SCHEMAS))
    parts = contract.pop("$defs")
    for keyword in ("$schema", "$id", "$comment"):
        contract.pop(keyword, None)
    return {"Event": contract, **parts}


def _schemas() -> Json:
    """Describe what others define: OTLP's messages, as far as clients see them here."""
    objects = {"type": "array", "items": {"type": "object"}}
    return {
        "Events": {
            "type": "object",
            "required": ["events"],
            "properties": {
                "events": {
                    "type": "array",
                    "items": openapi.reference("Event"),
                    "minItems": 1,
                    "maxItems": EVENTS_PER_REQUEST,
                }
            },
        },
        "Status": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
        },
        "ExportLogsServiceRequest": {"type": "object", "properties": {"resourceLogs": objects}},
        "ExportLogsResponse": {
            "type": "object",
            "properties": {"partialSuccess": {"type": "object"}},
        },
    }
