# SPDX-License-Identifier: Apache-2.0
"""Admission: credentials, roles, origins; the same in both kinds of application."""

import asyncio
import threading

import falcon
import pytest
from falcon import Request, Response
from falcon.testing import create_asgi_req, create_environ

from service_kit.auth import AuthMiddleware, Caller, Credential, Role, authenticator
from service_kit.auth.caller import identify
from service_kit.settings import ServiceSettings
from tests.service_kit.apps import USER, MakeClient

ORIGIN = "https://vault.example"
ANALYST = "33333333-3333-4333-8333-333333333333"
SETTINGS = ServiceSettings(
    auth_dev_tokens=(f"user-token:{USER}:user", f"both:{ANALYST}:user+analyst")
)
BEARER = {"Authorization": "Bearer user-token"}
COOKIE = {"Cookie": "theme=dark; session=user-token"}
CALLER = Caller(USER, None, frozenset({Role.USER}))


class Who:
    """Tells the caller who they are."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {"user_id": req.context.caller.user_id}

    on_post = on_delete = on_get


class Open:
    """Is there for anybody."""

    public = True

    def on_get(self, req: Request, resp: Response) -> None:
        resp.media = {"caller": req.context.get("caller")}


class ForAnalysts(Who):
    """Is there for one role."""

    roles = frozenset({Role.ANALYST})


def middleware() -> list[AuthMiddleware]:
    """Make the middleware under test, in mode dev."""
    return [AuthMiddleware(authenticator(SETTINGS), "session", [ORIGIN])]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (BEARER, 200),
        ({"Authorization": "bearer user-token"}, 200),
        (COOKIE, 200),
        (COOKIE | {"Authorization": "Basic dXNlcg=="}, 200),
        ({}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer user-token more"}, 401),
        ({"Authorization": f"Bearer {'x' * 9000}"}, 401),
        ({"Authorization": "user-token"}, 401),
        ({"Cookie": "session=wrong"}, 401),
        ({"Cookie": "session="}, 401),
        ({"Cookie": "other=user-token"}, 401),
        ({"Cookie": 'session="user-token"'}, 200),
        ({"Cookie": "session=user-token; session=user-token"}, 200),
        ({"Cookie": "session=user-token; session=another"}, 401),
        ({"Cookie": "session=another; session=user-token"}, 401),
        ({"Cookie": "session.0=user-; session.1=token"}, 200),
        ({"Cookie": "session.1=token; session.0=user-"}, 200),
        ({"Cookie": "session=user-token; session.0=stale"}, 200),
        ({"Cookie": "session.0=user-; session.1=token; session.1=other"}, 401),
        ({"Cookie": "session.0=user-token; session.2=more"}, 401),
        ({"Cookie": "session.1=user-token"}, 401),
        (COOKIE | {"Authorization": "Bearer wrong"}, 401),
    ],
)
def test_a_caller_needs_a_valid_bearer_token_or_cookie(
    make_client: MakeClient, headers: dict[str, str], status: int
) -> None:
    """A bearer token decides where there is one; anything else that fails is 401."""
    result = make_client({"/who": Who()}, middleware()).simulate_get("/who", headers=headers)
    assert status == result.status_code
    if status == 200:
        assert {"user_id": USER} == result.json
    else:
        assert "Bearer" == result.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", COOKIE | {"Origin": ORIGIN}, 200),
        ("POST", COOKIE | {"Origin": "https://evil.example"}, 403),
        ("POST", COOKIE | {"Origin": f"{ORIGIN}.evil.example"}, 403),
        ("POST", COOKIE | {"Origin": "null"}, 403),
        ("POST", COOKIE, 403),
        ("DELETE", COOKIE, 403),
        ("GET", COOKIE | {"Origin": "https://evil.example"}, 200),
        ("POST", BEARER, 200),
        ("POST", BEARER | {"Origin": "https://evil.example"}, 200),
        ("POST", BEARER | COOKIE, 200),
    ],
)
def test_a_write_by_cookie_needs_an_allowed_origin(
    make_client: MakeClient, method: str, headers: dict[str, str], status: int
) -> None:
    """A browser sends cookies along for any page; a bearer token only a page that knows it."""
    client = make_client({"/who": Who()}, middleware())
    result = client.simulate_request(method, "/who", headers=headers)
    assert status == result.status_code
    if status == 403:
        assert "origin_not_allowed" == result.json["code"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/open", {}, 200),
        ("/open", {"Authorization": "Bearer wrong"}, 200),
        ("/analysts", BEARER, 403),
        ("/analysts", {"Authorization": "Bearer both"}, 200),
        ("/analysts", {}, 401),
        ("/nowhere", {}, 404),
    ],
)
def test_a_resource_says_who_may_use_it(
    make_client: MakeClient, path: str, headers: dict[str, str], status: int
) -> None:
    """`public` lets anybody in, `roles` those who have one of them."""
    client = make_client({"/open": Open(), "/analysts": ForAnalysts()}, middleware())
    assert status == client.simulate_get(path, headers=headers).status_code


@pytest.mark.parametrize(
    ("user_id", "session_id", "roles", "caller"),
    [
        (USER, "s-1", ["user"], Caller(USER, "s-1", frozenset({Role.USER}))),
        (
            ANALYST.upper(),
            None,
            ["analyst", "admin"],
            Caller(ANALYST, None, frozenset({"analyst"})),
        ),
        (USER, "", [], CALLER),
        (USER, 4711, None, Caller(USER, "4711", frozenset({Role.USER}))),
        (USER, True, None, CALLER),
        (USER, None, "service", Caller(USER, None, frozenset({Role.SERVICE}))),
        (USER, None, "services", CALLER),
        (USER, None, [{"service": 1}, None], CALLER),
        (USER, None, None, CALLER),
    ],
)
def test_unknown_roles_give_nothing(
    user_id: str, session_id: object, roles: object, caller: Caller
) -> None:
    """A host's own roles are ignored; whoever has none of ours is a user."""
    assert caller == identify(user_id, session_id, roles)


@pytest.mark.parametrize(
    "user_id", ["", None, True, 7.5, -7, "07", "9" * 21, USER[:-1], f"{USER}0", [USER]]
)
def test_a_user_id_is_a_uuid_or_a_number(user_id: object) -> None:
    """Anything else (an e-mail address) is refused, never stored."""
    with pytest.raises(ValueError, match="UUID"):
        identify(user_id, None, ["user"])


def test_a_numbered_user_is_always_the_same_uuid() -> None:
    """A row's number, as a number or as text, stands for one owner for good."""
    assert "808a4cd7-1211-5001-9d67-2c4481abdb45" == identify(42, None, ["user"]).user_id
    assert identify("42", None, ["user"]) == identify(42, None, ["user"])
    assert identify(43, None, ["user"]) != identify(42, None, ["user"])


def test_a_slow_verification_does_not_stop_the_loop() -> None:
    """While one request waits for the host, others are served."""
    may_answer = threading.Event()

    class Slow:
        def recall(self, credential: Credential) -> Caller | None:
            return None if credential.value == "slow" else CALLER

        def verify(self, credential: Credential) -> Caller:
            assert may_answer.wait(10), "the loop was blocked"
            return CALLER

    async def admit(token: str) -> None:
        req = create_asgi_req(headers={"Authorization": f"Bearer {token}"})
        auth = AuthMiddleware(Slow(), "session")
        await auth.process_resource_async(req, falcon.asgi.Response(), Who(), {})

    async def both() -> None:
        slow = asyncio.create_task(admit("slow"))
        await asyncio.sleep(0.01)
        await admit("known")
        assert not slow.done()
        may_answer.set()
        await slow

    asyncio.run(both())


def test_a_preflight_needs_no_credentials() -> None:
    """Browsers send none with it."""
    req = falcon.Request(create_environ(method="OPTIONS"))
    (auth,) = middleware()
    auth.process_resource(req, Response(), Who(), {})
