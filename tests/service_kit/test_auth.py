# SPDX-License-Identifier: Apache-2.0
"""Admission: credentials, roles, origins; the same in both kinds of application."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import falcon
import pytest
from falcon import Request, Response
from falcon.testing import create_asgi_req, create_environ

from service_kit.auth import AuthMiddleware, Caller, Credential, Role, authenticator
from service_kit.auth.authenticator import Recognised, Remembering
from service_kit.auth.caller import identify
from service_kit.problem import Unauthenticated
from service_kit.settings import Settings
from tests.service_kit.apps import USER, MakeClient

ORIGIN = "https://vault.example"
ANALYST = "33333333-3333-4333-8333-333333333333"
SETTINGS = Settings(auth_dev_tokens=(f"user-token:{USER}:user", f"both:{ANALYST}:user+analyst"))
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
        (USER, 7, "service", CALLER),
        (USER, None, [{"service": 1}, None], CALLER),
        (USER, None, None, CALLER),
    ],
)
def test_unknown_roles_give_nothing(
    user_id: str, session_id: object, roles: object, caller: Caller
) -> None:
    """A host's own roles are ignored; whoever has none of ours is a user."""
    assert caller == identify(user_id, session_id, roles)


@pytest.mark.parametrize("user_id", ["42", "", None, 7, USER[:-1], f"{USER}0", [USER]])
def test_a_user_id_is_a_uuid(user_id: object) -> None:
    """Anything else (a row number, an e-mail address) is refused, never stored."""
    with pytest.raises(ValueError, match="UUID"):
        identify(user_id, None, ["user"])


class Book:
    """Answers from a list, counts how often it is asked, and has a clock that is set by hand."""

    def __init__(self, *known: str, expires: float = float("inf")) -> None:
        self.known = set(known)
        self.expires = expires
        self.asked = 0
        self.now = 1000.0
        self.memory = Remembering(self.find, 30, clock=lambda: self.now)

    def find(self, credential: Credential) -> Recognised:
        self.asked += 1
        if credential.value not in self.known:
            raise Unauthenticated
        return Recognised(CALLER, self.expires)

    def look_up(self, value: str) -> Caller | None:
        credential = Credential(False, value)
        try:
            return self.memory.recall(credential) or self.memory.verify(credential)
        except Unauthenticated:
            return None


def test_a_caller_is_remembered_for_a_while() -> None:
    """Asked once, then known for the configured time, then asked again."""
    book = Book("a")
    assert [CALLER] * 3 == [book.look_up("a") for _ in range(3)]
    assert 1 == book.asked
    book.now += 29.9
    assert (CALLER, 1) == (book.look_up("a"), book.asked)
    book.now += 0.2
    assert (CALLER, 2) == (book.look_up("a"), book.asked)


def test_a_signed_out_caller_is_refused_once_the_memory_ends() -> None:
    """AUTH_CACHE_SECONDS bounds how late a sign-out counts."""
    book = Book("a")
    book.look_up("a")
    book.known.clear()
    book.now += 31
    assert book.look_up("a") is None


def test_a_refusal_is_remembered_briefly() -> None:
    """A flood with one bad token is not passed on; a fresh sign-in counts within seconds."""
    book = Book()
    assert [None] * 3 == [book.look_up("a") for _ in range(3)]
    assert 1 == book.asked
    book.known.add("a")
    book.now += 5.1
    assert CALLER == book.look_up("a")


def test_a_memory_ends_with_the_token() -> None:
    """A token's own end comes before the memory's."""
    book = Book("a", expires=1010)
    book.look_up("a")
    book.now = 1009.9
    assert (CALLER, 1) == (book.look_up("a"), book.asked)
    book.now = 1010.1
    assert (CALLER, 2) == (book.look_up("a"), book.asked)


def test_a_cookie_is_not_a_bearer_token() -> None:
    """What was verified as one does not pass as the other, which has other rules."""
    book = Book("a")
    book.look_up("a")
    assert book.memory.recall(Credential(True, "a")) is None


def test_the_memory_keeps_no_credentials() -> None:
    """A dump of the process's cache shows fingerprints."""
    book = Book("canary-token")
    book.look_up("canary-token")
    assert "canary" not in repr(vars(book.memory))


def test_the_memory_serves_many_threads() -> None:
    """Sixteen threads, more credentials than the memory holds: the right answer for each."""
    book = Book(*(str(number) for number in range(0, 12_000, 2)))

    def look_up(number: int) -> bool:
        return (book.look_up(str(number % 12_000)) is CALLER) is (number % 2 == 0)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(look_up, range(24_000), chunksize=500))


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
        door = AuthMiddleware(Slow(), "session")
        await door.process_resource_async(req, falcon.asgi.Response(), Who(), {})

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
    (door,) = middleware()
    door.process_resource(req, Response(), Who(), {})
