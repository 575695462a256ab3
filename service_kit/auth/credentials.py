# SPDX-License-Identifier: Apache-2.0
"""What a request brings along to prove who is calling."""

import re
from typing import Final

from falcon import Request

from service_kit.auth.caller import Credential
from service_kit.http.problem import Unauthenticated

_MOST_CHUNKS: Final = 8
_CHUNKED_LENGTH: Final = 16_384  # of the 32 KB that the head of a request may have

_TOKEN: Final = re.compile("[!-~]{1,8192}")  # visible ASCII, as much as a header holds

# cookie-octet of RFC 6265: what is passed on as one cookie cannot become two
_COOKIE: Final = re.compile(r"[!#-+\--:<-\[\]-~]{1,8192}")


def credential_of(req: Request, cookie_name: str) -> Credential:
    """Return the bearer token or else the session's cookie; raises `Unauthenticated` without."""
    scheme, _, token = (req.get_header("Authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        return Credential(is_cookie=False, value=_checked(_TOKEN, token.strip()))
    whole = _cookie(req, cookie_name)
    if whole is not None:
        return Credential(is_cookie=True, value=whole)
    chunks = _chunks(req, cookie_name)
    return Credential(is_cookie=True, value="".join(chunks), chunks=chunks)


def _cookie(req: Request, name: str) -> str | None:
    """Return the one value of a cookie, None without it.

    Two that differ are refused: a page on a sibling domain can plant the second, and which of
    them would count is for the order of a header to say.
    """
    values = set(req.get_cookie_values(name) or ())
    if len(values) > 1:
        raise Unauthenticated
    return _checked(_COOKIE, values.pop()) if values else None


def _chunks(req: Request, name: str) -> tuple[str, ...]:
    """Return the parts of a cookie that was too long for one; all of them, or it is refused."""
    found = [_cookie(req, f"{name}.{number}") for number in range(_MOST_CHUNKS + 1)]
    chunks = tuple(chunk for chunk in found if chunk is not None)
    is_whole = 1 <= len(chunks) <= _MOST_CHUNKS and None not in found[: len(chunks)]
    if not is_whole or sum(map(len, chunks)) > _CHUNKED_LENGTH:
        raise Unauthenticated
    return chunks


def _checked(allowed: re.Pattern[str], value: str) -> str:
    """Refuse what cannot be a credential, before it is looked up or passed on."""
    if not allowed.fullmatch(value):
        raise Unauthenticated
    return value
