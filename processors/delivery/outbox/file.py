# SPDX-License-Identifier: Apache-2.0
"""The outbox's SQLite file: where it lies, what is in it, how to connect to it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

VERSION: Final = 2
_WAL_BYTES: Final = 16 * 1024 * 1024  # what a WAL that grew large shrinks back to
_PAGE_BYTES: Final = 4096  # SQLite's default
_WAIT_SECONDS: Final = 5.0

_SCHEMA: Final = """
-- One row per group commit: the frames of all requests that were stored together.
CREATE TABLE row (
  seq INTEGER PRIMARY KEY,
  stored_at REAL NOT NULL,
  events INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  frames BLOB NOT NULL
) STRICT;
-- Counting a long backlog must not read its payload.
CREATE INDEX row_sizes ON row (seq, stored_at, events, bytes);
-- last_seq outlives the rows: a number is never given twice, so a cursor never skips a row.
CREATE TABLE state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  last_seq INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  probe BLOB
) STRICT;
-- cursor: the last row that is done with; NULL for a sink that is not in use any more.
CREATE TABLE sink (
  name TEXT PRIMARY KEY,
  cursor INTEGER,
  accepted INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER NOT NULL DEFAULT 0,
  expired INTEGER NOT NULL DEFAULT 0,
  undeliverable INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Whose the bytes of the rows are: `owner` is a digest of a user's id.
CREATE TABLE share (
  owner INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (owner, seq)
) WITHOUT ROWID, STRICT;
CREATE INDEX share_rows ON share (seq);
-- Why events were undeliverable, without anything they contained.
CREATE TABLE set_aside (
  sink TEXT NOT NULL,
  event TEXT NOT NULL,
  reason TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (sink, event, reason)
) WITHOUT ROWID, STRICT;
CREATE TABLE tally (
  kind TEXT NOT NULL,
  event TEXT NOT NULL,
  reason TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (kind, event, reason)
) WITHOUT ROWID, STRICT;
INSERT INTO state (id, last_seq, bytes) VALUES (1, 0, 0);
"""


class UnknownVersion(Exception):
    """The outbox was written by a newer Telesift, whose file we must not touch."""


def folder(data_dir: Path) -> Path:
    """Return the folder of the outbox and of all that belongs to it."""
    return data_dir / "outbox"


def path(data_dir: Path) -> Path:
    """Return the outbox's SQLite file."""
    return folder(data_dir) / "outbox.db"


def create(path: Path) -> None:
    """Make the file with its tables, or leave an existing one as it is.

    Raises `UnknownVersion` for a file from the future, `sqlite3.Error` for one that is damaged.
    """
    path.touch(mode=0o600)
    db = connect(path, durable=True, wait_seconds=_WAIT_SECONDS)
    try:
        version = version_of(db)
        if version > VERSION:
            raise UnknownVersion("the outbox was written by a newer Telesift")
        if version == 0:
            # Before any table: gives the disk back what a long outage took of it.
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
    finally:
        db.close()


def version_of(db: sqlite3.Connection) -> int:
    """Return the version of the schema, 0 for an empty file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def connect(
    path: Path, *, durable: bool, wait_seconds: float = _WAIT_SECONDS
) -> sqlite3.Connection:
    """Open a connection; with `durable` a commit returns when it is on disk.

    `wait_seconds` is how long a statement blocks while another connection writes.
    """
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        timeout=wait_seconds,
        check_same_thread=False,  # opened by one thread, used by another, never by two
    )
    try:
        db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        db.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
        if durable:
            # Requests wait for this connection. The relays commit often and no request waits for
            # them: they fold the WAL in at SQLite's own 1000 pages, unless they fall behind.
            db.execute(f"PRAGMA wal_autocheckpoint = {_WAL_BYTES // _PAGE_BYTES}")
        # What is delivered is overwritten with zeros, where that costs no further write.
        db.execute("PRAGMA secure_delete = FAST")
    except BaseException:
        db.close()
        raise
    return db


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Open a connection that only looks, also while services run; every read is one snapshot."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=_WAIT_SECONDS
    )


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block writes, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk makes SQLite roll back by itself
            db.execute("ROLLBACK")
        raise
