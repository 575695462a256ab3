# SPDX-License-Identifier: Apache-2.0
"""Traces: continued, answered with, exported, and free of what a caller sent."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import falcon
import falcon.asgi
import pytest
from falcon import Request, Response
from falcon.testing import ASGIConductor, TestClient
from opentelemetry.trace import SpanKind, StatusCode

from service_kit.http.problem import Forbidden
from service_kit.telemetry import current_span_context, current_trace_id, span, trace_headers
from service_kit.telemetry.requests import TraceMiddleware
from tests.service_kit.apps import MakeClient
from tests.service_kit.recorder import Recorder

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
CANARY = "canary-81c5"


class Flow:
    """A resource that answers with its trace, or fails."""

    def on_get(self, req: Request, resp: Response, item: str) -> None:
        if item == "forbidden":
            raise Forbidden
        if item == CANARY:
            raise ValueError(CANARY)
        resp.media = {"trace_id": current_trace_id(), "headers": trace_headers()}


def ids(header: str) -> tuple[str, str, str]:
    """Return a traceparent's trace id, span id and flags."""
    match = re.fullmatch("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})", header)
    assert match, "not a W3C traceparent"
    return match[1], match[2], match[3]


@pytest.mark.parametrize("path", ["/flow/1", "/flow/forbidden", f"/flow/{CANARY}", "/nowhere"])
def test_every_answer_names_the_callers_trace(make_client: MakeClient, path: str) -> None:
    """Also a refusal, a crash, and a 404; with a span id of the request's own."""
    client = make_client({"/flow/{item}": Flow()}, [TraceMiddleware()])
    result = client.simulate_get(path, headers={"traceparent": TRACEPARENT})
    trace_id, span_id, flags = ids(result.headers["traceparent"])
    assert (TRACE, "01") == (trace_id, flags)
    assert span_id not in (PARENT, "0" * 16)
    assert result.headers["traceparent"] == result.headers["traceresponse"]
    assert TRACE == result.json["trace_id"]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "garbage",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-{CANARY}",
        f"00-{TRACE}-{PARENT}",
        "x" * 5000,
    ],
)
def test_a_broken_traceparent_starts_a_new_trace(make_client: MakeClient, header: str) -> None:
    """As the W3C says; two requests never share one."""
    client = make_client({"/flow/{item}": Flow()}, [TraceMiddleware()])
    found = {
        ids(client.simulate_get("/flow/1", headers={"traceparent": header}).headers["traceparent"])
        for _ in range(2)
    }
    assert 2 == len({trace_id for trace_id, _, _ in found} - {TRACE, "0" * 32})


def test_a_request_is_one_server_span(make_client: MakeClient, recorder: Recorder) -> None:
    """A child of the caller's, with the conventions' attributes."""
    client = make_client({"/flow/{item}": Flow()}, [TraceMiddleware(recorder.tracer)])
    result = client.simulate_get("/flow/1", headers={"traceparent": TRACEPARENT})
    (found,) = recorder.spans()
    assert ("GET /flow/{item}", SpanKind.SERVER) == (found.name, found.kind)
    assert found.parent is not None
    assert PARENT == f"{found.parent.span_id:016x}"
    assert ids(result.headers["traceparent"])[1] == f"{found.context.span_id:016x}"
    assert {
        "http.request.method": "GET",
        "http.route": "/flow/{item}",
        "http.response.status_code": 200,
        "url.scheme": "http",
    } == dict(found.attributes or {})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/flow/1", (200, StatusCode.UNSET, None)),
        ("/flow/forbidden", (403, StatusCode.UNSET, None)),
        (f"/flow/{CANARY}", (500, StatusCode.ERROR, "ValueError")),
    ],
)
def test_only_our_own_failures_are_errors(
    make_client: MakeClient, recorder: Recorder, path: str, expected: tuple[int, StatusCode, str]
) -> None:
    """The conventions: 4xx is the caller's matter; a crash is named by its type."""
    make_client({"/flow/{item}": Flow()}, [TraceMiddleware(recorder.tracer)]).simulate_get(path)
    (found,) = recorder.spans()
    attributes = found.attributes or {}
    assert expected == (
        attributes["http.response.status_code"],
        found.status.status_code,
        attributes.get("error.type"),
    )
    assert found.status.description is None


def test_nothing_that_was_sent_is_in_a_span(make_client: MakeClient, recorder: Recorder) -> None:
    """Path, query, headers, tracestate, host: a canary in each comes out of none."""
    client = make_client({"/flow/{item}": Flow()}, [TraceMiddleware(recorder.tracer)])
    for path in (f"/flow/{CANARY}", f"/{CANARY}"):
        client.simulate_get(
            path,
            query_string=f"q={CANARY}",
            host=f"{CANARY}.example",
            headers={
                "traceparent": TRACEPARENT,
                "tracestate": f"vendor={CANARY}",
                "baggage": f"who={CANARY}",
                "user-agent": CANARY,
            },
        )
    shown = [found.to_json() + repr(found.context) for found in recorder.spans()]
    assert 2 == len(shown)
    assert [] == [text for text in shown if CANARY in text]


@pytest.mark.filterwarnings("ignore:Unknown REQUEST_METHOD")
def test_an_invented_method_is_no_span_name(recorder: Recorder) -> None:
    """Names and labels come from a closed list."""
    app: falcon.App[Any, Any] = falcon.App(middleware=[TraceMiddleware(recorder.tracer)])
    TestClient(app).simulate_request(CANARY.upper(), "/")
    (found,) = recorder.spans()
    assert "_OTHER" == found.name


def test_threads_do_not_mix_their_traces() -> None:
    """WSGI: eight threads, each with its own trace, twenty times."""
    client = wsgi()

    def is_own(number: int) -> bool:
        trace_id = f"{number + 1:032x}"
        headers = {"traceparent": f"00-{trace_id}-{PARENT}-01"}
        return bool(trace_id == client.simulate_get("/flow/1", headers=headers).json["trace_id"])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(is_own, range(160)))


def wsgi() -> TestClient:
    """Make a WSGI client without a recorder."""
    app: falcon.App[Any, Any] = falcon.App(middleware=[TraceMiddleware()])
    app.add_route("/flow/{item}", Flow())
    return TestClient(app)


def test_concurrent_requests_do_not_mix_their_traces() -> None:
    """ASGI: fifty requests that wait for each other in the middle keep their own."""

    class Meeting:
        async def on_get(self, req: Request, resp: Response) -> None:
            before = current_trace_id()
            await asyncio.sleep(0.01)
            resp.media = [before, current_trace_id()]

    async def run() -> None:
        app: falcon.asgi.App[Any, Any] = falcon.asgi.App(middleware=[TraceMiddleware()])
        app.add_route("/", Meeting())
        async with ASGIConductor(app) as conductor:
            sent = [f"{number + 1:032x}" for number in range(50)]
            results = await asyncio.gather(
                *(
                    conductor.simulate_get("/", headers={"traceparent": f"00-{t}-{PARENT}-01"})
                    for t in sent
                )
            )
        assert [[t, t] for t in sent] == [result.json for result in results]

    asyncio.run(run())
    assert "" == current_trace_id()


def test_a_request_leaves_no_trace_behind(make_client: MakeClient) -> None:
    """A thread or task that served a request is outside any trace afterwards."""
    make_client({"/flow/{item}": Flow()}, [TraceMiddleware()]).simulate_get("/flow/1")
    assert ("", "") == current_span_context()
    assert {} == trace_headers()


def test_outgoing_requests_continue_the_trace(make_client: MakeClient) -> None:
    """`trace_headers` names the request's own span as the parent."""
    client = make_client({"/flow/{item}": Flow()}, [TraceMiddleware()])
    result = client.simulate_get("/flow/1", headers={"traceparent": TRACEPARENT})
    assert {"traceparent": result.headers["traceparent"]} == result.json["headers"]


def test_without_an_sdk_a_flow_still_belongs_to_its_request(make_client: MakeClient) -> None:
    """A host that exports nothing pays next to nothing and keeps its ids."""

    class Nested:
        def on_get(self, req: Request, resp: Response) -> None:
            with span("vault.copy"):
                resp.media = current_trace_id()

    client = make_client({"/": Nested()}, [TraceMiddleware()])
    assert TRACE == client.simulate_get("/", headers={"traceparent": TRACEPARENT}).json
