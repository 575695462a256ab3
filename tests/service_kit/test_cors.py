# SPDX-License-Identifier: Apache-2.0
"""CORS: pages of the allowed origins may call and read, no others."""

import pytest
from falcon import Request, Response

from service_kit.auth import AuthMiddleware, authenticator
from service_kit.http.cors import CorsMiddleware
from service_kit.settings import ServiceSettings
from tests.service_kit.apps import USER, MakeClient

ORIGIN = "https://vault.example"
OTHERS = [
    "https://evil.example",
    "https://vault.example.evil.example",
    "http://vault.example",
    "https://VAULT.example",
    "null",
    "*",
    "",
]


class Anything:
    """A resource behind authentication."""

    def on_post(self, req: Request, resp: Response) -> None:
        resp.set_header("Vary", "Accept")


def stack() -> list[object]:
    """Make CORS and authentication, in a service's order."""
    dev = authenticator(ServiceSettings(auth_dev_tokens=(f"token:{USER}:user",)))
    return [CorsMiddleware([ORIGIN]), AuthMiddleware(dev, "session", [ORIGIN])]


def preflight(make_client: MakeClient, origin: str) -> dict[str, str]:
    """Ask as a browser does, without credentials; return the answer's headers."""
    result = make_client({"/x": Anything()}, stack()).simulate_options(
        "/x",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,x-canary",
        },
    )
    assert 204 == result.status_code
    return dict(result.headers)


def test_a_preflight_is_answered_without_credentials(make_client: MakeClient) -> None:
    """What may be sent is our list, whatever was asked for; the browser keeps it for two hours."""
    headers = preflight(make_client, ORIGIN)
    assert ORIGIN == headers["access-control-allow-origin"]
    assert "true" == headers["access-control-allow-credentials"]
    assert "POST" in headers["access-control-allow-methods"]
    assert "7200" == headers["access-control-max-age"]
    allowed = headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "content-encoding", "traceparent"} <= set(allowed)
    assert "x-canary" not in allowed


@pytest.mark.parametrize("origin", OTHERS)
def test_other_origins_get_no_permission(make_client: MakeClient, origin: str) -> None:
    """Not in a preflight, and not in an answer."""
    answer = make_client({"/x": Anything()}, stack()).simulate_post(
        "/x", headers={"Origin": origin}
    )
    for headers in (preflight(make_client, origin), answer.headers):
        assert [] == [name for name in headers if name.startswith("access-control-")]
        assert "Origin" in headers["vary"]


@pytest.mark.parametrize(("token", "status"), [("token", 200), ("wrong", 401)])
def test_a_page_can_read_answers_and_errors(
    make_client: MakeClient, token: str, status: int
) -> None:
    """With the headers that a client acts on."""
    result = make_client({"/x": Anything()}, stack()).simulate_post(
        "/x", headers={"Origin": ORIGIN, "Authorization": f"Bearer {token}"}
    )
    assert (status, ORIGIN) == (result.status_code, result.headers["access-control-allow-origin"])
    exposed = result.headers["access-control-expose-headers"].lower().split(", ")
    assert {"traceparent", "traceresponse", "retry-after", "etag", "ratelimit-limit"} <= set(
        exposed
    )


def test_caches_keep_answers_apart_by_origin(make_client: MakeClient) -> None:
    """`Vary` gets Origin beside what the resource put there."""
    result = make_client({"/x": Anything()}, stack()).simulate_post(
        "/x", headers={"Authorization": "Bearer token"}
    )
    assert {"Accept", "Origin"} == set(result.headers["vary"].split(", "))


def test_without_allowed_origins_nothing_is_said(make_client: MakeClient) -> None:
    """A service that no page calls has no CORS headers at all."""
    client = make_client({"/x": Anything()}, [CorsMiddleware([])])
    headers = client.simulate_post("/x", headers={"Origin": ORIGIN}).headers
    assert "Accept" == headers["vary"]
    assert "access-control-allow-origin" not in headers
