# SPDX-License-Identifier: Apache-2.0
"""Who may send, how much, and what they are told about it."""

import time

import pytest

from tests.gateway.conftest import Client, Connect

BATCH = {"events": [{"event": "auth.logout", "ts": int(time.time() * 1000)}]}


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", "Basic dXNlcjpwYXNz"])
def test_without_credentials_nothing_is_taken(client: Client, authorization: str) -> None:
    """401, as a problem and as an OTLP status."""
    headers = {"Authorization": authorization}
    plain = client.post("/telemetry/events", json=BATCH, headers=headers)
    otlp = client.post("/v1/logs", json={}, headers=headers)
    assert (401, "unauthenticated", "Bearer") == (
        plain.status_code,
        plain.json["code"],
        plain.headers["www-authenticate"],
    )
    assert (401, 16) == (otlp.status_code, otlp.json["code"])


def test_past_the_rate_limit_callers_are_told_when_to_come_back(connect: Connect) -> None:
    """Each user has a minute's allowance of their own."""
    client = connect(TELESIFT_RATE_LIMIT="3")
    statuses = [client.post("/telemetry/events", json=BATCH).status_code for _ in range(3)]
    refused = client.post("/v1/logs", json={})
    other = client.post(
        "/telemetry/events", json=BATCH, headers={"Authorization": "Bearer service-token"}
    )
    assert [200, 200, 200] == statuses
    assert (429, 8) == (refused.status_code, refused.json["code"])
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "3" == refused.headers["ratelimit-limit"]
    assert 200 == other.status_code


def test_a_feature_that_is_off_takes_nothing(connect: Connect) -> None:
    """FEATURES_TELEMETRY=false is 403 for everybody."""
    client = connect(FEATURES_TELEMETRY="false")
    answer = client.post("/telemetry/events", json=BATCH)
    assert (403, "feature_disabled") == (answer.status_code, answer.json["code"])
    assert 403 == client.post("/v1/logs", json={}).status_code


def test_the_config_says_what_a_client_must_know(client: Client) -> None:
    """Limits, the catalog's digest and the caller's flags; unchanged answers are 304."""
    answer = client.get("/telemetry/config")
    again = client.get("/telemetry/config", headers={"If-None-Match": answer.headers["etag"]})
    assert (50, 4096, 262144, 120) == tuple(
        answer.json["limits"][key]
        for key in ("events_per_request", "event_bytes", "request_bytes", "requests_per_minute")
    )
    assert {"telemetry": True, "psr": True} == answer.json["flags"]
    assert 64 == len(answer.json["catalog"]["digest"])
    assert (304, b"") == (again.status_code, again.content)


def test_an_allowed_page_may_read_what_it_needs(client: Client) -> None:
    """CORS names the allowed origin and exposes the trace, the limits and Retry-After."""
    answer = client.post(
        "/telemetry/events", json=BATCH, headers={"Origin": "https://vault.example"}
    )
    stranger = client.post(
        "/telemetry/events", json=BATCH, headers={"Origin": "https://evil.example"}
    )
    assert "https://vault.example" == answer.headers["access-control-allow-origin"]
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert all(name in exposed for name in ("traceparent", "traceresponse", "retry-after"))
    assert "access-control-allow-origin" not in stranger.headers


def test_a_preflight_needs_no_credentials(client: Client) -> None:
    """A browser asks first, and remembers the answer."""
    answer = client.request(
        "OPTIONS",
        "/v1/logs",
        headers={
            "Authorization": "",
            "Origin": "https://vault.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,traceparent",
        },
    )
    assert 204 == answer.status_code
    assert int(answer.headers["access-control-max-age"]) > 600


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/version", "/openapi.json"])
def test_health_and_the_document_are_open_to_anybody(client: Client, path: str) -> None:
    """A probe has no credentials."""
    assert 200 == client.get(path, headers={"Authorization": ""}).status_code
