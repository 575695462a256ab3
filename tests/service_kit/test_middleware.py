# SPDX-License-Identifier: Apache-2.0
"""The whole stack, in its order: what is logged, and how its parts meet."""

from collections.abc import Iterator
from typing import Any

import pytest
from falcon import Request, Response
from structlog.testing import capture_logs

from service_kit.http import middleware
from service_kit.settings import ServiceSettings
from tests.service_kit.apps import USER, MakeClient

CANARY = "canary-93d0"
SETTINGS = ServiceSettings(
    auth_dev_tokens=(f"token:{USER}:user",), allowed_origins=("https://vault.example",)
)
BEARER = {"Authorization": "Bearer token"}


class Prompt:
    """Answers with five bytes, or crashes."""

    def on_post(self, req: Request, resp: Response, prompt_id: str) -> None:
        if req.params.get("crash"):
            raise KeyError(CANARY)
        resp.data = b"12345"


class Probe:
    """Is asked by machines, every few seconds."""

    public = True

    def on_get(self, req: Request, resp: Response) -> None:
        resp.data = b"ok"


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """Collect what is logged."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def client(make_client: MakeClient) -> Any:
    """Make a client of an application with the whole stack."""
    resources = {"/prompts/{prompt_id}": Prompt(), "/livez": Probe()}
    return make_client(resources, middleware.stack(SETTINGS, "test"))


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/prompts/1", BEARER, ("info", "/prompts/{prompt_id}", 200, USER, 5)),
        ("/prompts/1?crash=1", BEARER, ("warning", "/prompts/{prompt_id}", 500, USER, None)),
        ("/prompts/1", {}, ("info", "/prompts/{prompt_id}", 401, None, None)),
        ("/nowhere", BEARER, ("info", None, 404, None, None)),
    ],
)
def test_every_request_is_logged_once(
    client: Any, logs: list[Any], path: str, headers: dict[str, str], expected: tuple[Any, ...]
) -> None:
    """By route, status and caller, with its duration and sizes."""
    client.simulate_post(path, headers=headers, body="abc")
    (entry,) = [entry for entry in logs if entry["event"] == "request"]
    level, route, status, user_id, size = expected
    assert (level, "POST", route, status, user_id) == (
        entry["log_level"],
        entry["method"],
        entry["route"],
        entry["status"],
        entry["user_id"],
    )
    assert (3, size or entry["bytes_out"]) == (entry["bytes_in"], entry["bytes_out"])
    assert entry["duration_ms"] > 0


def test_probes_are_logged_for_the_curious_only(client: Any, logs: list[Any]) -> None:
    """At debug: what became of a probe is rarely asked."""
    client.simulate_get("/livez")
    assert ["debug"] == [entry["log_level"] for entry in logs]


def test_nothing_that_was_sent_is_logged(client: Any, logs: list[Any]) -> None:
    """Path, query, headers, body: numbers and our own names only."""
    client.simulate_post(
        f"/prompts/{CANARY}",
        query_string=f"crash=1&q={CANARY}",
        headers=BEARER | {"user-agent": CANARY, "referer": CANARY, "content-type": CANARY},
        body=CANARY,
    )
    described = [{k: v for k, v in entry.items() if k != "exc_info"} for entry in logs]
    assert ["error.unexpected", "request"] == [entry["event"] for entry in logs]
    assert CANARY not in repr(described)


@pytest.mark.parametrize("length", ["abc", "-1", "9" * 40, "1e3"])
def test_a_false_content_length_is_no_number(length: str, logs: list[Any]) -> None:
    """It is the client's claim; WSGI servers check it, and so do we."""
    from falcon.testing import create_environ

    from service_kit.telemetry.requests import AccessLog

    req, resp = Request(create_environ(headers={"Content-Length": length})), Response()
    log = AccessLog()
    log.process_request(req, resp)
    log.process_response(req, resp, None, True)
    assert [None] == [entry["bytes_in"] for entry in logs]


def test_a_refusal_still_has_trace_and_cors(client: Any) -> None:
    """The order matters: a page can read why it was refused, and name the trace."""
    result = client.simulate_post("/prompts/1", headers={"Origin": "https://vault.example"})
    assert 401 == result.status_code
    assert "https://vault.example" == result.headers["access-control-allow-origin"]
    assert result.json["trace_id"] in result.headers["traceresponse"]


@pytest.mark.filterwarnings("ignore:Unknown REQUEST_METHOD")
def test_a_method_that_falcon_refuses_early_is_answered_like_any_other(
    client: Any, logs: list[Any]
) -> None:
    """It never reaches the middleware on its way in: 400, logged, with trace headers."""
    result = client.simulate_request("WEBSOCKET", "/livez")
    assert 400 == result.status_code
    assert "traceresponse" in result.headers
    assert [("request", 400)] == [(entry["event"], entry["status"]) for entry in logs]
