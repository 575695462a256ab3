# SPDX-License-Identifier: Apache-2.0
"""The key of hashed attributes: the operator's, or one of this data directory's own."""

import os
import secrets
from pathlib import Path

from processors.gateway.settings import ProcessorSettings

_BYTES = 32


class HashSecretDamaged(Exception):
    """The kept key is not what was written: hashes under it would be guessable, or all new."""


def hash_secret(settings: ProcessorSettings) -> bytes:
    """Return TELESIFT_HASH_SECRET, or a random key made once and kept in the data directory.

    The settings demand one in production: hashes must outlive a data directory there.
    Raises `HashSecretDamaged` where the kept one is cut short, and `OSError`.
    """
    if settings.hash_secret:
        return settings.hash_secret.encode()
    path = settings.data_dir / "hash.secret"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _make_once(path)
    secret = path.read_bytes()
    if len(secret) != _BYTES:
        raise HashSecretDamaged(
            f"{path} is damaged: it does not have {_BYTES} bytes; put a backup in its place,"
            " or delete it, after which every hash is a new one"
        )
    return secret


def _make_once(path: Path) -> None:
    """Write whole, then link: of two workers that start together, both read the first one's."""
    if path.exists():
        return
    draft = path.with_suffix(f".{os.getpid()}")
    # Nobody else's from its first moment on, whatever the umask.
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
