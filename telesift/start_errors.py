# SPDX-License-Identifier: Apache-2.0
"""Why something does not start, in one line: what is in the way, where, and the way out.

A line quotes paths, addresses and names of ours alone, never what was received.
"""

import errno
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from processors.catalog.document import CatalogError
from processors.delivery.outbox.file import UnknownVersion
from processors.delivery.outbox.health import OutboxUnavailable, StorageFault
from processors.delivery.outbox.opening import SinksDiffer
from processors.gateway.secret import HashSecretDamaged
from service_kit.postgres import DatabaseUnset
from service_kit.postgres.embedded import EmbeddedPostgresFailed
from telesift.server.address import AddressUnusable

ELSEWHERE: Final = "name another directory in TELESIFT_DATA_DIR (telesift up: --data-dir)"

_TELL_ALL: Final = (
    AddressUnusable,
    DatabaseUnset,
    EmbeddedPostgresFailed,
    HashSecretDamaged,
    SinksDiffer,
)
"""Whose own message is the whole line."""

_IN_THE_WAY: Final = (errno.EEXIST, errno.ENOTDIR)
_NOT_ALLOWED: Final = (errno.EACCES, errno.EPERM)
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)

_FAULTS: Final[Mapping[StorageFault, str]] = {
    StorageFault.DISK_FULL: "the disk is full; free some space",
    StorageFault.OUTBOX_LOCKED: "another process is writing to it; try again when that has ended",
    StorageFault.OUTBOX_CORRUPT: (
        "it is damaged, and others have it open; stop them, and it is repaired at the next start"
    ),
}


def explain(error: Exception, data_dir: Path) -> str | None:
    """Return the line for an error that a start is known to meet; None for any other."""
    match error:
        case _ if isinstance(error, _TELL_ALL):
            return str(error)
        case CatalogError():
            return f"the catalog does not load: {error}; telesift catalog lint checks it"
        case UnknownVersion():
            return f"{error}: {data_dir}; start that version, or {ELSEWHERE}"
        case OutboxUnavailable():
            return _outbox(error, data_dir)
        case OSError() if error.errno:
            return path_unusable(error, data_dir)
    return None


def path_unusable(error: OSError, data_dir: Path) -> str:
    """Return which path cannot be used, why, and the way out."""
    path = Path(os.fsdecode(error.filename or data_dir))
    if error.errno in _NOT_ALLOWED and not os.path.lexists(path):
        path = path.parent  # what refused to take it
    if error.errno in _IN_THE_WAY:
        return f"{path}: not a directory, and in the way of one; move it, or {ELSEWHERE}"
    if error.errno in _NOT_ALLOWED:
        who = f"this account (uid {os.geteuid()})"
        return f"{path}: {who} has no right to use it; make it the owner, or {ELSEWHERE}"
    if error.errno in _FULL:
        return f"{path}: the disk is full; free some space, or {ELSEWHERE}"
    return f"{path}: {os.strerror(error.errno or 0)}; mend that, or {ELSEWHERE}"


def _outbox(error: OutboxUnavailable, data_dir: Path) -> str:
    cause = error.__cause__
    if isinstance(cause, OSError):
        return path_unusable(cause, data_dir)
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return path_unusable(PermissionError(errno.EACCES, "", data_dir / "outbox"), data_dir)
    why = _FAULTS.get(error.fault, f"the disk fails ({getattr(cause, 'sqlite_errorname', '?')})")
    return f"the outbox in {data_dir} cannot be opened: {why}, or {ELSEWHERE}"
