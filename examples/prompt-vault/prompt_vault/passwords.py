# SPDX-License-Identifier: Apache-2.0
"""Passwords, kept as scrypt hashes: a salt of 16 bytes, then the hash."""

import hashlib
import hmac
import secrets
from typing import Final

_SALT_BYTES: Final = 16


def conceal(password: str) -> bytes:
    """Return what may be kept of a password."""
    return _hash(password, secrets.token_bytes(_SALT_BYTES))


def matches(password: str, kept: bytes) -> bool:
    """Return whether this is the password; it takes as long for a wrong one."""
    return hmac.compare_digest(_hash(password, kept[:_SALT_BYTES]), kept)


def _hash(password: str, salt: bytes) -> bytes:
    return salt + hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)
