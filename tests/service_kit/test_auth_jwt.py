# SPDX-License-Identifier: Apache-2.0
"""Mode jwt: real keys, a real JWKS over HTTP, and the well-known ways to forge a token."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import falcon
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from falcon import Request, Response
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from service_kit.auth import Authenticator, Caller, Credential, Role, authenticator
from service_kit.auth.jwt_tokens import JwtVerifier
from service_kit.http.problem import Unauthenticated, Unavailable
from service_kit.settings import AuthMode, JwtAlgorithm, ServiceSettings
from tests.service_kit.apps import USER, listening

SECRET = "a shared secret, as long as HS512 wants it: sixty-four characters"
RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
STRANGERS_KEY = ec.generate_private_key(ec.SECP256R1())
KEYS = [
    {**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "rsa", "use": "sig"},
    {**ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": "ec", "use": "sig"},
]


def claims(**changed: Any) -> dict[str, Any]:
    """Return the claims of a good token, with changes; None takes a claim away."""
    good = {
        "sub": USER,
        "sid": "s-1",
        "roles": ["analyst"],
        "exp": time.time() + 24 * 3600,
        "aud": "telesift",
        "iss": "https://idp.example",
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def token(key: Any = SECRET, algorithm: str = "HS256", kid: str = "", **changed: Any) -> str:
    """Sign a token."""
    return jwt.encode(claims(**changed), key, algorithm, {"kid": kid} if kid else None)


def encoded(data: bytes) -> str:
    """Encode a token's part."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def with_secret(**changed: Any) -> Authenticator:
    """Make the authenticator that shares a secret with the issuer."""
    given = {
        "auth_jwt_secret": SECRET,
        "auth_jwt_audience": "telesift",
        "auth_jwt_issuer": "https://idp.example",
    }
    return authenticator(ServiceSettings(auth_mode=AuthMode.JWT, **(given | changed)))


def verify(tokens: Authenticator, value: str) -> Caller:
    """Verify a bearer token."""
    return tokens.verify(Credential(False, value))


def test_a_good_token_names_its_caller() -> None:
    """User, session and roles come from the claims, and are remembered."""
    tokens, good = with_secret(), token()
    expected = Caller(USER, "s-1", frozenset({Role.ANALYST}))
    assert expected == verify(tokens, good)
    assert expected == tokens.recall(Credential(False, good))


def test_the_claims_names_are_settings() -> None:
    """Issuers name things differently."""
    tokens = with_secret(auth_jwt_user_claim="uid", auth_jwt_roles_claim="groups")
    caller = verify(tokens, token(sub="ann", uid=USER, roles=None, groups=["service"]))
    assert (USER, {Role.SERVICE}) == (caller.user_id, caller.roles)


@pytest.mark.parametrize(
    "forged",
    [
        token(exp=time.time() - 3600),
        token(exp=str(int(time.time()) - 3600)),
        token(exp="NaN"),
        token(exp=True),
        token(exp=float("inf")),
        token(nbf=str(int(time.time()) + 24 * 3600)),
        token(nbf=[]),
        token(exp=None),
        token(exp="tomorrow"),
        token(aud="another service"),
        token(aud=None),
        token(iss="https://evil.example"),
        token(iss=None),
        token(sub="ann@example.com"),
        token(sub=None),
        token(nbf=time.time() + 24 * 3600),  # made long before it is tried
        token(key=SECRET[::-1]),
        token(algorithm="HS512"),
        token(key=None, algorithm="none"),
        token().rpartition(".")[0] + ".",
        "not.a.token",
        "x",
    ],
)
def test_a_token_that_is_not_in_order_is_refused(forged: str) -> None:
    """Expired, endless, for others, from others, for nobody we know, unsigned, or garbage."""
    with pytest.raises(Unauthenticated):
        verify(with_secret(), forged)


def test_a_tampered_payload_is_refused() -> None:
    """The signature covers every claim."""
    head, payload, signature = token().split(".")
    body = json.loads(base64.urlsafe_b64decode(payload + "=="))
    swapped = encoded(json.dumps(body | {"roles": ["service"]}).encode())
    with pytest.raises(Unauthenticated):
        verify(with_secret(), f"{head}.{swapped}.{signature}")


class Issuer:
    """Publishes keys, and counts how often it is asked for them."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = falcon.HTTP_200
        self.body = json.dumps({"keys": KEYS})
        self.agents: set[str | None] = set()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def on_get(self, req: Request, resp: Response) -> None:
        self.asked += 1
        self.agents.add(req.user_agent)
        assert self.may_answer.wait(10)
        resp.status, resp.text = self.status, self.body


@pytest.fixture
def issuer() -> Issuer:
    """Make a fresh issuer."""
    return Issuer()


@pytest.fixture
def jwks_settings(issuer: Issuer) -> Iterator[ServiceSettings]:
    """Serve the issuer's keys, and return the settings with which they are read."""
    app = falcon.App()
    app.add_route("/keys", issuer)
    with listening(app) as url:
        yield ServiceSettings(
            auth_mode=AuthMode.JWT,
            auth_jwt_jwks_url=f"{url}/keys",
            auth_jwt_audience="telesift",
        )


@pytest.fixture
def with_jwks(jwks_settings: ServiceSettings) -> Authenticator:
    """Return the authenticator that reads the issuer's keys."""
    return authenticator(jwks_settings)


class Timed:
    """A verifier without a memory, whose clock is set by hand."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.now = 1000.0
        self.verifier = JwtVerifier(settings, clock=lambda: self.now)

    def user(self, value: str) -> str:
        return self.verifier.find(Credential(False, value)).caller.user_id


@pytest.fixture
def timed(jwks_settings: ServiceSettings) -> Timed:
    """Return a verifier that reads the issuer's keys."""
    return Timed(jwks_settings)


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"), [(RSA_KEY, "RS256", "rsa"), (EC_KEY, "ES256", "ec")]
)
def test_published_keys_verify_tokens(
    with_jwks: Authenticator, issuer: Issuer, key: Any, algorithm: str, kid: str
) -> None:
    """The keys are fetched once for many tokens."""
    for session in ("s-1", "s-2", "s-3"):
        assert session == verify(with_jwks, token(key, algorithm, kid, sid=session)).session_id
    assert 1 == issuer.asked


def test_a_public_key_is_no_shared_secret(with_jwks: Authenticator) -> None:
    """The classic forgery: an HMAC made with the issuer's public key, which everybody has."""
    pem = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = {"alg": "HS256", "typ": "JWT", "kid": "rsa"}
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (head, claims()))
    forged = f"{signed}.{encoded(hmac.digest(pem, signed.encode(), 'sha256'))}"
    with pytest.raises(Unauthenticated):
        verify(with_jwks, forged)


@pytest.mark.parametrize("kid", ["ec", "unknown", ""])
def test_a_strangers_key_is_refused(with_jwks: Authenticator, kid: str) -> None:
    """Under a known name, an unknown one, or none."""
    with pytest.raises(Unauthenticated):
        verify(with_jwks, token(STRANGERS_KEY, "ES256", kid))


def test_unknown_key_names_do_not_flood_the_issuer(
    with_jwks: Authenticator, issuer: Issuer
) -> None:
    """Whoever invents key names makes us fetch the keys once, not each time."""
    for number in range(20):
        with pytest.raises(Unauthenticated):
            verify(with_jwks, token(STRANGERS_KEY, "ES256", f"invented-{number}"))
    assert issuer.asked <= 2


@pytest.mark.parametrize(
    ("status", "body"),
    [(falcon.HTTP_503, ""), (falcon.HTTP_200, "<html>"), (falcon.HTTP_200, '{"keys": []}')],
)
def test_an_issuer_in_trouble_means_unavailable(
    timed: Timed, issuer: Issuer, status: str, body: str
) -> None:
    """The token may well be good: 503; the issuer is asked again once five seconds are over."""
    issuer.status, issuer.body = status, body
    good = token(EC_KEY, "ES256", "ec")
    for _ in range(3):
        with pytest.raises(Unavailable):
            timed.user(good)
    assert 1 == issuer.asked
    issuer.status, issuer.body = falcon.HTTP_200, json.dumps({"keys": KEYS})
    timed.now += 5.1
    assert USER == timed.user(good)
    assert {f"telesift/{version('telesift')}"} == issuer.agents


def test_a_known_key_never_waits_for_the_issuer(timed: Timed, issuer: Issuer) -> None:
    """Old keys go on serving while new ones are fetched, and while that hangs."""
    good = token(EC_KEY, "ES256", "ec")
    assert USER == timed.user(good)
    timed.now += 301
    issuer.may_answer.clear()
    try:
        assert [USER] * 3 == [timed.user(good) for _ in range(3)]
        with pytest.raises(Unavailable):
            timed.user(token(STRANGERS_KEY, "ES256", "unknown"))
    finally:
        issuer.may_answer.set()


def test_keys_of_an_issuer_that_is_long_gone_end(timed: Timed, issuer: Issuer) -> None:
    """After a day in which the issuer said nothing, its keys are worth nothing."""
    good = token(EC_KEY, "ES256", "ec")
    timed.user(good)
    issuer.status = falcon.HTTP_503
    timed.now += 24 * 3600 + 1
    with pytest.raises(Unavailable):
        timed.user(good)


def test_a_new_key_is_found_when_it_is_first_used(timed: Timed, issuer: Issuer) -> None:
    """A rotation counts at once where the last question was half a minute ago."""
    new = {**ECAlgorithm.to_jwk(STRANGERS_KEY.public_key(), as_dict=True), "kid": "new"}
    timed.user(token(EC_KEY, "ES256", "ec"))
    issuer.body = json.dumps({"keys": [*KEYS, new]})
    rotated = token(STRANGERS_KEY, "ES256", "new")
    with pytest.raises(Unauthenticated):
        timed.user(rotated)
    timed.now += 30.1
    assert USER == timed.user(rotated)


@pytest.mark.parametrize("kid", ["", "rsa"])
@pytest.mark.parametrize("published", [1, 2])
def test_keys_need_no_name(timed: Timed, issuer: Issuer, kid: str, published: int) -> None:
    """Those that fit are tried; RS512 is for a key that names no algorithm, if we accept it."""
    other = rsa.generate_private_key(65537, 2048)
    keys = [RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) for key in (other, RSA_KEY)]
    issuer.body = json.dumps({"keys": [{"kty": "broken"}, *keys[-published:]]})
    assert USER == timed.user(token(RSA_KEY, "RS256", kid))
    for forged in (token(STRANGERS_KEY, "ES256", kid), token(RSA_KEY, "RS512", kid)):
        with pytest.raises(Unauthenticated):
            timed.user(forged)


def test_a_token_without_a_name_is_tried_with_named_keys(timed: Timed) -> None:
    """Some issuers name their keys in one place only."""
    assert USER == timed.user(token(RSA_KEY, "RS256"))


def test_a_token_for_another_audience_of_the_issuer_is_refused(timed: Timed) -> None:
    """Its keys sign tokens for all its applications."""
    with pytest.raises(Unauthenticated):
        timed.user(token(RSA_KEY, "RS256", "rsa", aud="another service"))


@pytest.mark.parametrize("roles", ["analyst", ["analyst"]])
@pytest.mark.parametrize(
    ("name", "nested"),
    [
        ("realm_access.roles", lambda roles: {"realm_access": {"roles": roles}}),
        ("https://a.example/roles", lambda roles: {"https://a.example/roles": roles}),
    ],
)
def test_roles_may_be_nested_and_may_be_one(name: str, nested: Any, roles: Any) -> None:
    """Keycloak nests them, Auth0 names them with a URL, others write one without a list."""
    tokens = with_secret(auth_jwt_roles_claim=name)
    assert {Role.ANALYST} == verify(tokens, token(roles=None, **nested(roles))).roles


def test_a_user_id_may_be_nested() -> None:
    """A path that leads nowhere names nobody."""
    tokens = with_secret(auth_jwt_user_claim="user.id")
    assert USER == verify(tokens, token(user={"id": USER})).user_id
    for nowhere in (USER, [USER], {"ID": USER}):
        with pytest.raises(Unauthenticated):
            verify(tokens, token(user=nowhere))


def test_times_may_be_written_as_text() -> None:
    """They are verified as numbers are, and bound the memory as those do."""
    now = int(time.time())
    tokens, good = with_secret(), token(exp=str(now + 600), nbf=f"{now}.5", iat=str(now))
    assert USER == verify(tokens, good).user_id
    assert tokens.recall(Credential(False, good)) is not None


def test_a_token_is_good_for_the_seconds_it_has_left(timed: Timed) -> None:
    """Not until a moment: that would move with the clock."""
    good = Credential(False, token(RSA_KEY, "RS256", "rsa", exp=str(int(time.time()) + 600)))
    assert 590 < timed.verifier.find(good).seconds <= 600


def test_rubbish_among_the_keys_does_no_harm(timed: Timed, issuer: Issuer) -> None:
    """A key that we cannot read does not take the others along, nor a document the service."""
    rubbish = [7, None, {}, {"kty": "RSA", "n": 5, "e": []}, {"kty": "EC", "crv": "x"}]
    issuer.body = json.dumps({"keys": [*rubbish, *KEYS]})
    assert USER == timed.user(token(RSA_KEY, "RS256", "rsa"))
    for body in ("[" * 100_000, "[]", '{"keys": 1}', " " * 300_000):
        issuer.body = body
        timed.now += 24 * 3600 + 1
        with pytest.raises(Unavailable):
            timed.user(token(RSA_KEY, "RS256", "rsa"))


def test_clocks_may_differ_by_the_leeway() -> None:
    """A minute unless AUTH_JWT_LEEWAY_SECONDS says otherwise."""
    late, early = token(exp=time.time() - 40), token(nbf=time.time() + 50)
    for value in (late, early):
        assert USER == verify(with_secret(), value).user_id
        with pytest.raises(Unauthenticated):
            verify(with_secret(auth_jwt_leeway_seconds=5), value)


def test_nested_rubbish_is_refused() -> None:
    """A header without end is no server error."""
    head = encoded(b'{"alg":"HS256","x":' + b"[" * 5000)
    with pytest.raises(Unauthenticated):
        verify(with_secret(), f"{head}.e30.x")


def test_only_the_chosen_algorithms_verify() -> None:
    """HS256 by default; another where the settings say so, and then no longer HS256."""
    tokens = with_secret(auth_jwt_algorithms=(JwtAlgorithm.HS384,))
    assert USER == verify(tokens, token(algorithm="HS384")).user_id
    with pytest.raises(Unauthenticated):
        verify(tokens, token())
