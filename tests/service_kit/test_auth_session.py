# SPDX-License-Identifier: Apache-2.0
"""Mode session, against a real host over HTTP."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import falcon
import pytest
from falcon import Request, Response
from falcon.testing import TestClient

from service_kit.auth import Authenticator, AuthMiddleware, Caller, Credential, Role, authenticator
from service_kit.auth.host_session import HostSession
from service_kit.http import error_handlers
from service_kit.http.problem import Unauthenticated, Unavailable
from service_kit.settings import AuthMode, ServiceSettings
from service_kit.telemetry.requests import TraceMiddleware
from tests.service_kit.apps import USER, listening

COOKIE = Credential(True, "cookie-of-ann")
BEARER = Credential(False, "token-of-ann")
ME = {"user_id": USER, "session_id": "s-4fd2", "roles": ["user"]}


class Host:
    """A host application's `/me`: knows Ann, or answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[dict[str, str]] = []
        self.answer: tuple[int, Any] | None = None
        self.text: str | None = None

    def on_get(self, req: Request, resp: Response) -> None:
        self.requests.append({name.lower(): value for name, value in req.headers.items()})
        known = req.cookies.get("vault_session") == COOKIE.value
        known = known or req.auth == f"Bearer {BEARER.value}"
        status, resp.media = self.answer or ((200, ME) if known else (401, None))
        resp.status = falcon.code_to_http_status(status)
        resp.text = self.text
        resp.set_cookie("vault_session", "rotated")
        if self.text:
            resp.status, resp.content_type = falcon.HTTP_200, falcon.MEDIA_HTML
        if status == 302:
            resp.location = "/login"


class Who:
    """Is there for known callers."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.status = falcon.HTTP_200


@pytest.fixture
def host() -> Host:
    """Make a fresh host."""
    return Host()


@pytest.fixture
def sessions(host: Host) -> Iterator[Authenticator]:
    """Serve the host, and return the authenticator that asks it."""
    app = falcon.App(middleware=[TraceMiddleware()])
    app.add_route("/me", host)
    with listening(app) as url:
        yield make(f"{url}/me")


def make(url: str) -> Authenticator:
    """Make the authenticator as a service does."""
    return authenticator(
        ServiceSettings(
            auth_mode=AuthMode.SESSION, auth_me_url=url, auth_cookie_name="vault_session"
        )
    )


@pytest.mark.parametrize("credential", [COOKIE, BEARER], ids=["cookie", "bearer"])
def test_the_host_says_who_is_calling(
    sessions: Authenticator, host: Host, credential: Credential
) -> None:
    """Asked once with the caller's own credential; after that it is remembered."""
    expected = Caller(USER, "s-4fd2", frozenset({Role.USER}))
    assert sessions.recall(credential) is None
    assert expected == sessions.verify(credential)
    assert expected == sessions.recall(credential)
    assert 1 == len(host.requests)


def test_the_host_gets_the_one_credential_and_nothing_else(
    sessions: Authenticator, host: Host
) -> None:
    """One named cookie or the token; what the host sets for one caller never reaches another."""
    sessions.verify(COOKIE)
    sessions.verify(BEARER)
    first, second = host.requests
    assert ("vault_session=cookie-of-ann", None) == (first["cookie"], first.get("authorization"))
    assert (None, "Bearer token-of-ann") == (second.get("cookie"), second["authorization"])


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        ((401, None), Unauthenticated),
        ((403, None), Unauthenticated),
        ((404, None), Unavailable),
        ((302, None), Unavailable),
        ((200, [ME]), Unavailable),
        ((200, None), Unavailable),
        ((200, ME | {"session_id": {"id": 1}}), Unavailable),
        ((429, None), Unavailable),
        ((500, None), Unavailable),
        ((503, None), Unavailable),
        ((204, None), Unavailable),
        ((200, "Ann"), Unavailable),
        ((200, {"user_id": "ann@example.com"}), Unavailable),
        ((200, {"user_id": -7}), Unavailable),
        ((200, {"session_id": "s-1"}), Unavailable),
        ((200, ME | {"padding": "x" * 70_000}), Unavailable),
    ],
)
def test_no_clear_answer_admits_nobody(
    sessions: Authenticator, host: Host, answer: tuple[int, Any], raised: type[Exception]
) -> None:
    """401 and 403 alone are a sign-out; a host that fails, or answers nonsense, means 503."""
    host.answer = answer
    with pytest.raises(raised):
        sessions.verify(COOKIE)


@pytest.fixture
def ask(sessions: Authenticator) -> Callable[[str], int]:
    """Return the function that calls a service with a Cookie header, and says how it went."""
    app = falcon.App(middleware=[AuthMiddleware(sessions, "vault_session")])
    error_handlers.install(app)
    app.add_route("/who", Who())
    client = TestClient(app)
    return lambda cookie: client.simulate_get("/who", headers={"Cookie": cookie}).status_code


@pytest.mark.parametrize(
    "value",
    [
        r'"cookie-of-ann\073vault_session=x"',
        r'"cookie-of-ann\054x"',
        r'"a\"b"',
        '"half',
        "a,b",
        r"a\b",
        "a b",
        "x" * 8193,
    ],
)
def test_a_cookie_cannot_become_two(ask: Callable[[str], int], host: Host, value: str) -> None:
    """What is no cookie's value once it is unquoted is refused, and never reaches the host."""
    assert (401, []) == (ask(f"vault_session={value}"), host.requests)


def test_a_quoted_cookie_is_passed_on_as_its_value(ask: Callable[[str], int], host: Host) -> None:
    """Exactly one cookie, in the form that every parser reads alike."""
    assert 200 == ask('theme="a; b"; vault_session="cookie-of-ann"')
    assert ["vault_session=cookie-of-ann"] == [one["cookie"] for one in host.requests]


def test_chunks_are_passed_on_under_their_own_names(ask: Callable[[str], int], host: Host) -> None:
    """Auth.js splits a long session into cookies of 4 KB, and joins them by these names."""
    host.answer = (200, ME)
    chunks = [f"vault_session.{number}={str(number) * 3900}" for number in range(4)]
    assert 200 == ask("; ".join(["other.0=x", *reversed(chunks)]))
    assert ["; ".join(chunks)] == [one["cookie"] for one in host.requests]


@pytest.mark.parametrize(("number", "size"), [(9, 10), (5, 3900)])
def test_chunks_have_an_end(ask: Callable[[str], int], host: Host, number: int, size: int) -> None:
    """Eight of them, and 16 KB together."""
    chunks = "; ".join(f"vault_session.{one}={'x' * size}" for one in range(number))
    assert (401, []) == (ask(chunks), host.requests)


def test_chunks_are_remembered_by_how_they_are_split() -> None:
    """A host may take the parts, and refuse the whole."""
    ways = [(), ("ab", "c"), ("a", "bc"), ("abc",)]
    assert len(ways) == len({Credential(True, "abc", way).fingerprint() for way in ways})


@pytest.mark.parametrize(
    ("answer", "caller"),
    [
        (ME | {"roles": None}, Caller(USER, "s-4fd2", frozenset({Role.USER}))),
        (ME | {"roles": "analyst"}, Caller(USER, "s-4fd2", frozenset({Role.ANALYST}))),
        (ME | {"session_id": 471147}, Caller(USER, "471147", frozenset({Role.USER}))),
        (ME | {"session_id": None}, Caller(USER, None, frozenset({Role.USER}))),
    ],
)
def test_a_host_may_answer_in_its_own_way(
    sessions: Authenticator, host: Host, answer: dict[str, Any], caller: Caller
) -> None:
    """Null is none, and a session may be the number of a row."""
    host.answer = (200, answer)
    assert caller == sessions.verify(COOKIE)


def test_a_web_page_is_no_sign_out(sessions: Authenticator, host: Host) -> None:
    """A sign-in page with status 200 in front of `/me` says nothing about the caller."""
    host.text = "<!doctype html><title>Sign in</title>"
    with pytest.raises(Unavailable):
        sessions.verify(COOKIE)


def test_a_host_in_trouble_is_asked_again(sessions: Authenticator, host: Host) -> None:
    """A 503 refuses nobody: once the host has recovered, its answer counts."""
    host.answer = (500, None)
    with pytest.raises(Unavailable):
        sessions.verify(COOKIE)
    host.answer = None
    assert USER == sessions.verify(COOKIE).user_id


def test_a_refusal_is_not_asked_again_at_once(sessions: Authenticator, host: Host) -> None:
    """The same bad cookie does not reach the host a second time."""
    stranger = Credential(True, "stranger")
    for attempt in (sessions.verify, sessions.recall):
        with pytest.raises(Unauthenticated):
            attempt(stranger)
    assert 1 == len(host.requests)


def test_a_host_that_is_not_there_means_unavailable() -> None:
    """Connection refused: 503 with Retry-After."""
    with listening(falcon.App()) as url:
        pass
    with pytest.raises(Unavailable) as caught:
        make(f"{url}/me").verify(COOKIE)
    assert {"Retry-After": "5"} == caught.value.headers


def test_a_host_that_does_not_answer_means_unavailable() -> None:
    """A caller waits for two seconds at most; here for less."""
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable):
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/me"
        HostSession(url, "vault_session", timeout_seconds=0.05).find(COOKIE)


def test_what_opens_the_session_is_never_taken_for_its_id(
    sessions: Authenticator, host: Host
) -> None:
    """A host that answers with its cookie's value would have it travel with every event."""
    host.answer = (200, ME | {"session_id": "cookie-of-ann"})
    assert sessions.verify(COOKIE).session_id is None
