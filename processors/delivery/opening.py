# SPDX-License-Identifier: Apache-2.0
"""Opening the outbox: several workers at once, one of which checks and makes the file."""

import fcntl
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import structlog

from processors.delivery import rows, salvage, store

_log = structlog.get_logger()


def open_outbox(data_dir: Path, sinks: Sequence[str]) -> int:
    """Make the outbox ready for these sinks; it counts as in use until the result is closed.

    The first to come checks the file and repairs what is damaged.
    While others have it open that is impossible: they would go on writing to the old file.
    Raises `sqlite3.Error` or `OSError` where the disk refuses.
    """
    folder = store.folder(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    mark = os.open(folder / "open.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if _is_first(mark):
            _make_sound(store.file(data_dir), sinks)
        fcntl.flock(mark, fcntl.LOCK_SH)
        _use_sinks(store.file(data_dir), sinks)
    except BaseException:
        os.close(mark)
        raise
    return mark


def _is_first(mark: int) -> bool:
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make_sound(path: Path, sinks: Sequence[str]) -> None:
    if not salvage.is_sound(path):
        result = salvage.salvage(path, sinks)
        _log.error(
            "outbox.damaged",
            set_aside=result.set_aside,
            rows_salvaged=result.rows,
            events_salvaged=result.events,
        )
    store.create(path)


def _use_sinks(path: Path, sinks: Sequence[str]) -> None:
    with closing(store.connect(path, durable=True)) as db, store.transaction(db):
        left = rows.join(db, sinks)
    for name, events in left:
        _log.warning("sink.left", sink=name, events_expired=events)
