# SPDX-License-Identifier: Apache-2.0
"""Opening the outbox: several workers at once, one of which checks and makes the file."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import structlog

from processors.delivery.lock import FileLock, open_lock
from processors.delivery.outbox import file, rows, salvage

_log = structlog.get_logger()


class SinksDiffer(Exception):
    """Another process has the outbox open for other sinks, which would lose what they are owed."""


def open_outbox(data_dir: Path, sinks: Sequence[str]) -> FileLock:
    """Make the outbox ready for these sinks; it counts as in use until the result is closed.

    The first to come checks the file and repairs what is damaged.
    While others have it open that is impossible: they would go on writing to the old file.
    Raises `SinksDiffer` where they have it open for other sinks, `sqlite3.Error` or `OSError`
    where the disk refuses.
    """
    folder = file.folder(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = open_lock(folder)
    try:
        if lock.take():
            _make_sound(file.path(data_dir), sinks)
            _use_sinks(file.path(data_dir), sinks)
            lock.share()
        else:
            lock.share()  # waits for the first to come, which may just be making the file
            _compare_sinks(file.path(data_dir), sinks)
    except BaseException:
        lock.close()
        raise
    return lock


def _make_sound(path: Path, sinks: Sequence[str]) -> None:
    if not salvage.is_sound(path):
        result = salvage.salvage(path, sinks)
        _log.error(
            "outbox.damaged",
            set_aside=result.set_aside,
            rows_salvaged=result.rows,
            events_salvaged=result.events,
        )
    file.create(path)


def _compare_sinks(path: Path, sinks: Sequence[str]) -> None:
    with closing(file.connect_read_only(path)) as db:
        using = rows.sinks_in_use(db)
    if using != set(sinks):
        raise SinksDiffer(
            f"another process has this outbox open for {_names(using)}, and this one is to deliver "
            f"to {_names(sinks)}: give both the same TELEMETRY_SINK, or each its own "
            "TELESIFT_DATA_DIR"
        )


def _names(sinks: Iterable[str]) -> str:
    return ",".join(sorted(sinks)) or "no sink"


def _use_sinks(path: Path, sinks: Sequence[str]) -> None:
    with closing(file.connect(path, durable=True)) as db, file.transaction(db):
        left = rows.join(db, sinks)
    for name, events in left:
        _log.warning("sink.left", sink=name, events_expired=events)
