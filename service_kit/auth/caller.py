# SPDX-License-Identifier: Apache-2.0
"""Who is calling, and with what they prove it."""

import hashlib
import re
from collections.abc import Collection
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from msgspec import Struct

_NUMBERED_USERS: Final = UUID("8d0b7a52-5c3e-5f0e-9b0d-4f6f3d1a7c21")  # changed, all are strangers
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,19}")  # as far as 64 bits go


class Role(StrEnum):
    """What a caller may be, beyond being known."""

    USER = "user"
    SERVICE = "service"
    ANALYST = "analyst"


class Caller(Struct, frozen=True):
    """An authenticated caller.

    `user_id` is a UUID in its canonical form; `session_id` is the host's name for the session,
    never what opens it, or None; `roles` are those that we know, at least one.
    """

    user_id: str
    session_id: str | None
    roles: frozenset[Role]


class Credential(NamedTuple):
    """What a caller proves themselves with, as it was sent.

    `value` is the session's cookie where `is_cookie`, else a bearer token. A cookie that was too
    long for one came in `chunks`, `name.0`, `name.1` and so on; `value` is all of them.
    """

    is_cookie: bool
    value: str
    chunks: tuple[str, ...] = ()

    def fingerprint(self) -> bytes:
        """Return what stands for the credential where it must not be kept itself.

        Chunks are no whole cookie, nor are others: a host may take the one and not the other.
        """
        sizes = ",".join(str(len(chunk)) for chunk in self.chunks)
        kind = f"{self.is_cookie:d}{sizes} " if sizes else f"{self.is_cookie:d}"
        return hashlib.sha256(f"{kind}{self.value}".encode()).digest()


def owner_of(user_id: object) -> UUID:
    """Return the UUID that stands for a user, as a host or a token names them.

    A row's number becomes a UUID made of it (RFC 9562, version 5), always the same; it is stored
    nowhere itself. Raises `ValueError` for anything else that is no UUID.
    """
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        user_id = str(user_id)
    if not isinstance(user_id, str):
        raise ValueError("a user id is a UUID or a number")  # noqa: TRY004 - one error for callers
    return uuid5(_NUMBERED_USERS, user_id) if _NUMBER.fullmatch(user_id) else UUID(user_id)


def identify(user_id: object, session_id: object, roles: object) -> Caller:
    """Make a caller from what a host or a token says; raises `ValueError` unless it names a user.

    Roles that we do not know are ignored; a caller with none that we know is a user.
    """
    if isinstance(session_id, int) and not isinstance(session_id, bool):
        session_id = str(session_id)  # a row's number in many hosts
    return Caller(
        user_id=str(owner_of(user_id)),
        session_id=session_id if isinstance(session_id, str) and session_id else None,
        roles=_known(roles) or frozenset({Role.USER}),
    )


def _known(roles: object) -> frozenset[Role]:
    if isinstance(roles, str):
        roles = (roles,)  # some issuers list one role without the list
    names: Collection[object] = roles if isinstance(roles, list | tuple | set) else ()
    return frozenset(role for role in Role if role.value in names)
