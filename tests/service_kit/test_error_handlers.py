# SPDX-License-Identifier: Apache-2.0
"""Errors: each becomes an answer of the right form, and none says what was received."""

import inspect
from typing import Any

import falcon
import pytest
from falcon import Request, Response
from structlog.testing import capture_logs

from service_kit.http import error_handlers, problem
from service_kit.http.problem import FieldError, Problem
from service_kit.telemetry.requests import TraceMiddleware
from tests.service_kit.apps import MakeClient

CANARY = "canary-7f3a"


class Raises:
    """A resource that raises what it is given."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def on_get(self, req: Request, resp: Response) -> None:
        resp.text = "half an answer"
        raise self._error


@pytest.mark.parametrize(
    ("error", "status", "code", "headers"),
    [
        (problem.BadRequest(code="batch_empty"), 400, "batch_empty", {}),
        (problem.Unauthenticated(), 401, "unauthenticated", {"WWW-Authenticate": "Bearer"}),
        (problem.Forbidden(), 403, "forbidden", {}),
        (problem.FeatureDisabled(), 403, "feature_disabled", {}),
        (problem.NotFound(), 404, "not_found", {}),
        (problem.MethodNotAllowed(), 405, "method_not_allowed", {}),
        (problem.PayloadTooLarge(), 413, "payload_too_large", {}),
        (problem.UnsupportedMediaType(), 415, "unsupported_media_type", {}),
        (problem.TooManyRequests(retry_after=7), 429, "too_many_requests", {"Retry-After": "7"}),
        (problem.Unavailable(retry_after=3), 503, "unavailable", {"Retry-After": "3"}),
        (falcon.HTTPInvalidParam(CANARY, CANARY), 400, "bad_request", {}),
        (falcon.HTTPNotFound(description=CANARY), 404, "not_found", {}),
        (falcon.HTTPUnsupportedMediaType(description=CANARY), 415, "unsupported_media_type", {}),
        (falcon.HTTPBadGateway(description=CANARY), 500, "internal_error", {}),
        (KeyError(CANARY), 500, "internal_error", {}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_error_is_a_problem_document(
    make_client: MakeClient, error: Exception, status: int, code: str, headers: dict[str, str]
) -> None:
    """Status, code and headers as the class says; the same answer from both kinds of app."""
    client = make_client({"/": Raises(error)}, [TraceMiddleware()])
    result = client.simulate_get("/")
    assert (status, error_handlers.PROBLEM_JSON) == (
        result.status_code,
        result.headers["content-type"],
    )
    assert {
        "type": f"urn:telesift:problem:{code}",
        "status": status,
        "code": code,
        "trace_id": result.headers["traceparent"].split("-")[1],
    }.items() <= result.json.items()
    assert result.json["title"]
    assert result.json["detail"]
    assert headers.items() <= {h: result.headers.get(h) for h in headers}.items()
    assert CANARY not in result.text


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [("GET", "/nowhere", 404, None), ("DELETE", "/", 405, "GET, OPTIONS")],
)
def test_what_falcon_refuses_is_a_problem_document_too(
    make_client: MakeClient, method: str, path: str, status: int, allow: str | None
) -> None:
    """No route, or no such method: our form, with Falcon's `Allow`."""
    result = make_client({"/": Raises(KeyError())}).simulate_request(method, path)
    assert (status, status) == (result.status_code, result.json["status"])
    assert allow == result.headers.get("allow")


def test_field_errors_are_listed_by_field_and_reason(make_client: MakeClient) -> None:
    """A form can put each reason beside its field."""
    error = problem.BadRequest(errors=[FieldError("rating", "out_of_range")])
    result = make_client({"/": Raises(error)}).simulate_get("/")
    assert [{"field": "rating", "reason": "out_of_range"}] == result.json["errors"]


def test_an_unexpected_error_is_logged_by_type_and_place(make_client: MakeClient) -> None:
    """The operator finds the line of code; the message, which may quote input, is never told."""
    client = make_client({"/": Raises(ValueError(CANARY))})
    with capture_logs() as logs:
        client.simulate_get("/")
    (entry,) = logs
    assert ("error.unexpected", "error") == (entry["event"], entry["log_level"])


def test_a_route_may_render_errors_in_its_own_protocol() -> None:
    """By path, also for what is raised before the resource is reached."""

    def plain(req: Request, found: Problem) -> tuple[str, bytes]:
        return "text/plain", f"{found.status.value}".encode()

    app: falcon.App[Any, Any] = falcon.App()
    error_handlers.install(app, {"/otlp": plain})
    app.add_route("/otlp", Raises(problem.Forbidden()))
    app.add_route("/rest", Raises(problem.Forbidden()))
    client = falcon.testing.TestClient(app)
    assert "403" == client.simulate_get("/otlp").text
    assert "405" == client.simulate_post("/otlp").text
    assert "forbidden" == client.simulate_get("/rest").json["code"]


def test_every_problem_has_a_code_and_a_sentence_of_its_own() -> None:
    """A program tells any two apart, and a person learns what to do."""
    kinds = [k for _, k in inspect.getmembers(problem, inspect.isclass) if issubclass(k, Problem)]
    assert len(kinds) > 10
    assert len(kinds) == len({kind.code for kind in kinds}) == len({kind.detail for kind in kinds})
    assert all(kind.detail.endswith(".") for kind in kinds)
