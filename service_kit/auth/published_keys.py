# SPDX-License-Identifier: Apache-2.0
"""The issuer's public keys (JWKS, RFC 7517), fetched beside the requests that need them."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from importlib.metadata import version
from itertools import islice
from typing import Any, Final, NamedTuple

import jwt
import structlog
from urllib3.exceptions import HTTPError

from service_kit.http.problem import Unavailable
from service_kit.outbound import OutboundSession
from service_kit.telemetry import error_type

_TIMEOUT_SECONDS: Final = 2
_DOCUMENT_BYTES: Final = 256 * 1024
_MOST_KEYS: Final = 100
_FRESH_SECONDS: Final = 300  # after that they are fetched anew, while the old ones go on serving
_LIFE_SECONDS: Final = 24 * 3600  # an issuer that is away for longer no longer vouches for them
_RENEWAL_COOL_DOWN_SECONDS: Final = 30  # strangers who invent key ids make us ask this often
_FAILURE_COOL_DOWN_SECONDS: Final = 5

_log = structlog.get_logger()


class SigningKey(NamedTuple):
    """A `key` for one `algorithm`, and its `kid`, None where the issuer gives it none."""

    kid: str | None
    algorithm: str
    key: jwt.PyJWK


class PublishedKeys:
    """The keys of one issuer, for the algorithms that the operator accepts.

    A known key never waits for the issuer. An unknown one makes us ask, at most once in 30 s, or
    in 5 s after a failure.
    """

    def __init__(
        self, url: str, algorithms: Sequence[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._algorithms = algorithms
        self._clock = clock
        self._fetching = threading.Lock()
        self._keys: tuple[SigningKey, ...] = ()
        self._fetched = self._may_ask = float("-inf")
        self._has_failed = False

    def known(self, kid: str | None, algorithm: str) -> Sequence[jwt.PyJWK]:
        """Return the keys at hand that may have signed a token, without waiting for any."""
        age = self._clock() - self._fetched
        if age > _FRESH_SECONDS and self._keys and self._can_ask():
            self._refresh_in_background()
        return _fitting(self._keys, kid, algorithm) if age <= _LIFE_SECONDS else ()

    def renewed(self, kid: str | None, algorithm: str) -> Sequence[jwt.PyJWK]:
        """Return the keys that may have signed a token which none of those at hand has.

        Empty where the issuer has been asked and has none; raises `Unavailable` where that is
        not known.
        """
        if any(key.kid == kid for key in self._keys if kid) and self._is_alive():
            return ()
        if not self._fetching.acquire(blocking=not self._is_alive()):
            raise Unavailable(retry_after=1)  # threads that wait here would be missing elsewhere
        try:
            if self._can_ask():
                self._fetch()
        finally:
            self._fetching.release()
        if self._has_failed:
            raise Unavailable
        return _fitting(self._keys, kid, algorithm)

    def _is_alive(self) -> bool:
        return self._clock() - self._fetched <= _LIFE_SECONDS

    def _can_ask(self) -> bool:
        return self._clock() >= self._may_ask

    def _refresh_in_background(self) -> None:
        if self._fetching.acquire(blocking=False):
            try:
                threading.Thread(target=self._refresh, name="jwks", daemon=True).start()
            except RuntimeError:  # no thread to be had: the keys at hand go on serving
                self._fetching.release()

    def _refresh(self) -> None:
        try:
            self._fetch()
        finally:
            self._fetching.release()

    def _fetch(self) -> None:
        try:
            keys = _parse(_download(self._url), self._algorithms)
        except (
            OSError,
            ValueError,
            RecursionError,
        ) as error:  # requests' and json's too
            self._has_failed = True
            self._may_ask = self._clock() + _FAILURE_COOL_DOWN_SECONDS
            _log.warning("auth.keys_unavailable", error=error_type(error))
            return
        self._keys, self._fetched, self._has_failed = keys, self._clock(), False
        self._may_ask = self._fetched + _RENEWAL_COOL_DOWN_SECONDS


def _download(url: str) -> bytes:
    """Return the document at the configured address, which may redirect nowhere."""
    headers = {"Accept": "application/json", "User-Agent": f"telesift/{version('telesift')}"}
    with (
        OutboundSession() as session,
        session.get(
            url, headers=headers, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True
        ) as answer,
    ):
        if answer.status_code != HTTPStatus.OK:
            raise ValueError("the issuer does not answer with its keys")
        try:
            document: bytes = answer.raw.read(_DOCUMENT_BYTES + 1, decode_content=True)
        except HTTPError as error:  # of urllib3, past what requests translates
            raise OSError from error
    if len(document) > _DOCUMENT_BYTES:
        raise ValueError("the issuer's keys are too long")
    return document


def _parse(document: bytes, algorithms: Iterable[str]) -> tuple[SigningKey, ...]:
    """Return the usable keys; raises `ValueError` where there is none."""
    content = json.loads(document)
    listed = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise ValueError("the issuer publishes no JWK set")  # noqa: TRY004 - one error for callers
    jwks = (jwk for jwk in islice(listed, _MOST_KEYS) if _is_for_signatures(jwk))
    keys = tuple(key for jwk in jwks for name in algorithms for key in _signing_key(jwk, name))
    if not keys:
        raise ValueError("the issuer publishes no key that we can use")
    return keys


def _is_for_signatures(jwk: object) -> bool:
    return isinstance(jwk, dict) and jwk.get("use", "sig") == "sig" and jwk.get("kty") != "oct"


def _signing_key(jwk: dict[str, Any], algorithm: str) -> Iterable[SigningKey]:
    """Yield the key for an algorithm, unless it is made for another."""
    if jwk.get("alg", algorithm) != algorithm:
        return
    kid = jwk.get("kid")
    try:
        key = jwt.PyJWK(jwk, algorithm)
    except Exception:  # noqa: BLE001 - of another type or curve, or broken: the others still count
        return
    yield SigningKey(kid if isinstance(kid, str) and kid else None, algorithm, key)


def _fitting(keys: Iterable[SigningKey], kid: str | None, algorithm: str) -> Sequence[jwt.PyJWK]:
    """Return those with the token's kid, else those without one; without a kid, all."""
    fit = [key for key in keys if key.algorithm == algorithm]
    named = [key for key in fit if key.kid == kid] if kid else fit
    return [key.key for key in named or [key for key in fit if key.kid is None]]
