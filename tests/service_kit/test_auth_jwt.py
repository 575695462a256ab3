# SPDX-License-Identifier: Apache-2.0
"""Mode jwt: real keys, a real JWKS over HTTP, and the well-known ways to forge a token."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import falcon
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from falcon import Request, Response
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from service_kit.auth import Authenticator, Caller, Credential, Role, authenticator
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
        token(exp=time.time() - 60),
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

    def on_get(self, req: Request, resp: Response) -> None:
        self.asked += 1
        resp.status, resp.text = self.status, self.body


@pytest.fixture
def issuer() -> Issuer:
    """Make a fresh issuer."""
    return Issuer()


@pytest.fixture
def with_jwks(issuer: Issuer) -> Iterator[Authenticator]:
    """Serve the issuer's keys, and return the authenticator that reads them."""
    app = falcon.App()
    app.add_route("/keys", issuer)
    with listening(app) as url:
        yield authenticator(
            ServiceSettings(auth_mode=AuthMode.JWT, auth_jwt_jwks_url=f"{url}/keys")
        )


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
    with_jwks: Authenticator, issuer: Issuer, status: str, body: str
) -> None:
    """The token may well be good: 503, and the next attempt succeeds."""
    issuer.status, issuer.body = status, body
    good = token(EC_KEY, "ES256", "ec")
    with pytest.raises(Unavailable):
        verify(with_jwks, good)
    issuer.status, issuer.body = falcon.HTTP_200, json.dumps({"keys": KEYS})
    assert USER == verify(with_jwks, good).user_id


def test_only_the_chosen_algorithms_verify() -> None:
    """HS256 by default; another where the settings say so, and then no longer HS256."""
    tokens = with_secret(auth_jwt_algorithms=(JwtAlgorithm.HS384,))
    assert USER == verify(tokens, token(algorithm="HS384")).user_id
    with pytest.raises(Unauthenticated):
        verify(tokens, token())
