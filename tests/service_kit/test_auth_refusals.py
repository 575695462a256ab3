# SPDX-License-Identifier: Apache-2.0
"""The budget of questions about unknown credentials, per address."""

import threading

import pytest
from falcon import Request, Response
from falcon.testing import create_asgi_req, create_environ

from service_kit.auth import AuthMiddleware, Caller, Credential, Role
from service_kit.auth.authenticator import Recognised, Remembering
from service_kit.auth.refusals import RefusalBudget, address_of
from service_kit.http import middleware
from service_kit.http.problem import TooManyRequests, Unauthenticated, Unavailable
from service_kit.settings import AuthMode, ServiceSettings
from tests.service_kit.apps import USER, MakeClient

CALLER = Caller(USER, None, frozenset({Role.USER}))


class Host:
    """Knows one token, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.lock = threading.Lock()

    def find(self, credential: Credential) -> Recognised:
        with self.lock:
            self.asked += 1
        if credential.value == "away":
            raise Unavailable
        if not credential.value.startswith("good"):
            raise Unauthenticated
        return Recognised(CALLER)


class Who:
    """Is there for known callers."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {"user_id": req.context.caller.user_id}


def bearer(token: str) -> dict[str, str]:
    """Return the header of a token."""
    return {"Authorization": f"Bearer {token}"}


def test_strangers_are_told_to_come_back(make_client: MakeClient) -> None:
    """Sixty refusals per minute and address; the known from the same address notice nothing."""
    host, budget = Host(), RefusalBudget(60)
    auth = AuthMiddleware(Remembering(host.find, 30), "session", budget=budget)
    client = make_client({"/who": Who()}, [auth])

    def status(token: str) -> int:
        return client.simulate_get("/who", headers=bearer(token)).status_code

    assert 200 == status("good")
    assert {401} == {status(f"made-up-{number}") for number in range(60)}
    assert {429} == {status(f"more-{number}") for number in range(100)}
    assert (200, 61) == (status("good"), host.asked)
    refused = client.simulate_get("/who", headers=bearer("one-more"))
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_a_minute_later_they_may_ask_again() -> None:
    """The budget is that of one minute and one address."""
    now = [1000.0]
    host, budget = Host(), RefusalBudget(2, clock=lambda: now[0])

    def ask(token: str, address: str = "192.0.2.1") -> type[Exception] | None:
        try:
            budget.ask(address, lambda one: host.find(one).caller, Credential(False, token))
        except (Unauthenticated, TooManyRequests, Unavailable) as problem:
            return type(problem)
        return None

    assert [None, Unavailable] * 3 == [ask("good"), ask("away")] * 3
    assert [Unauthenticated, Unauthenticated, TooManyRequests] == [ask("x") for _ in range(3)]
    assert Unauthenticated is ask("x", "192.0.2.2")
    now[0] += 59.9
    assert TooManyRequests is ask("x")
    now[0] += 0.2
    assert Unauthenticated is ask("x")


def test_so_many_addresses_are_remembered() -> None:
    """A flood from everywhere takes no more memory than 10,000 addresses."""
    budget, host = RefusalBudget(1), Host()
    for number in range(10_050):
        with pytest.raises(Unauthenticated):
            budget.ask(str(number), lambda one: host.find(one).caller, Credential(False, "x"))
    assert 10_000 == len(budget._minutes)


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_the_address_is_that_of_the_connection(peer: str, address: str) -> None:
    """What a header says is whatever its sender likes."""
    headers = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    environ = create_environ(headers=headers) | {"REMOTE_ADDR": peer}
    assert address == address_of(Request(environ))
    req = create_asgi_req(headers=headers)
    req.scope["client"] = (peer, 50_000) if peer else None
    assert address == address_of(req)


def test_services_count_where_they_ask_a_host() -> None:
    """A token is verified without asking: a bad one costs the issuer nothing."""

    def budget(**settings: object) -> RefusalBudget | None:
        stack = middleware.stack(ServiceSettings(**settings), "any")  # type: ignore[arg-type]
        (auth,) = (one for one in stack if isinstance(one, AuthMiddleware))
        return auth._verification._budget

    assert budget(auth_mode=AuthMode.SESSION, auth_me_url="http://vault:8000/me")
    assert budget(auth_mode=AuthMode.JWT, auth_jwt_secret="s" * 32) is None
