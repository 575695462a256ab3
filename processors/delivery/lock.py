# SPDX-License-Identifier: Apache-2.0
"""The locks in an outbox's folder: who has it open, who delivers, who works on a sink's rows."""

from pathlib import Path

from service_kit.lock import FileLock

__all__ = ["FileLock", "leader_lock", "open_lock", "sink_lock"]


def open_lock(folder: Path) -> FileLock:
    """Return the lock that every process shares while it has the outbox open."""
    return FileLock(folder / "open.lock")


def leader_lock(folder: Path) -> FileLock:
    """Return the lock of the one process that delivers."""
    return FileLock(folder / "leader.lock")


def sink_lock(folder: Path, sink: str) -> FileLock:
    """Return the lock of whoever delivers a sink's rows, or must change them meanwhile."""
    return FileLock(folder / f"{sink}.lock")
