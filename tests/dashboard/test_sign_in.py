# SPDX-License-Identifier: Apache-2.0
"""Mode dev's cookie, and what browsers are told not to do."""

import pytest
from falcon import testing

from dashboard.app import create_app
from tests.dashboard.conftest import MakeSettings


@pytest.fixture
def stranger(make_settings: MakeSettings) -> testing.TestClient:
    """Return the dashboard, as an unknown caller has it."""
    return testing.TestClient(create_app(make_settings()))


def test_cookie_of_a_token_opens_the_panels(stranger: testing.TestClient) -> None:
    """It is out of reach for scripts and other sites, and carries no more than the token."""
    answer = stranger.simulate_post("/session", json={"token": "analyst-token"})
    cookie = answer.cookies["telesift_dashboard"]
    assert (204, True, "Strict", None) == (
        answer.status_code,
        cookie.http_only,
        cookie.same_site,
        cookie.path,
    )
    headers = {"Cookie": f"telesift_dashboard={cookie.value}"}
    assert 200 == stranger.simulate_get("/api/summary", headers=headers).status_code


@pytest.mark.parametrize("token", ["nobody", "", "a;b", 'a"b', "a b", "ä"])
def test_wrong_token_gets_no_cookie(stranger: testing.TestClient, token: str) -> None:
    """401, as with any request."""
    answer = stranger.simulate_post("/session", json={"token": token})
    assert (401, {}) == (answer.status_code, answer.cookies)


def test_another_sites_form_cannot_sign_anybody_in(stranger: testing.TestClient) -> None:
    """What a browser sends unasked is no JSON."""
    answer = stranger.simulate_post(
        "/session", body='{"token": "analyst-token"}', headers={"Content-Type": "text/plain"}
    )
    assert (415, {}) == (answer.status_code, answer.cookies)


def test_signing_out_takes_the_cookie_back(stranger: testing.TestClient) -> None:
    """It expires at once."""
    answer = stranger.simulate_delete("/session")
    assert (204, "") == (answer.status_code, answer.cookies["telesift_dashboard"].value)


def test_other_modes_have_no_sign_in(make_settings: MakeSettings) -> None:
    """There the cookie is the host's, and not ours to set."""
    settings = make_settings(AUTH_MODE="session", AUTH_ME_URL="http://127.0.0.1:1/me")
    client = testing.TestClient(create_app(settings))
    assert 404 == client.simulate_post("/session", json={"token": "x"}).status_code
    assert 'data-auth-mode="session"' in client.simulate_get("/").text


@pytest.mark.parametrize("path", ["/", "/api/summary", "/static/dashboard.js", "/none"])
def test_every_answer_has_the_strict_policy(stranger: testing.TestClient, path: str) -> None:
    """Nothing inline or from elsewhere, no frame, nothing stale; errors and files included."""
    headers = stranger.simulate_get(path).headers
    policy = headers["content-security-policy"]
    assert headers["cache-control"] in {"no-cache", "no-store"}
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
