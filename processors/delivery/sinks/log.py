# SPDX-License-Identifier: Apache-2.0
"""The `logs` sink: one JSON line per event on standard output."""

import os
import select
from collections.abc import Iterator
from typing import Final

from processors.delivery.outbox.batch import Batch, Receipt, Row
from processors.delivery.outbox.frames import FrameUnreadable
from processors.delivery.sinks.sink import Retry

STDOUT: Final = 1

# A pipe takes that much whole or not at all: a process that is killed leaves no half line behind
# to spoil its successor's first.
_WHOLE_BYTES: Final = select.PIPE_BUF


class LogSink:
    """Writes lines to a file descriptor, and calls an event delivered once the kernel has it."""

    name = "logs"

    def __init__(self, descriptor: int = STDOUT) -> None:
        self._descriptor = descriptor
        self._torn = False

    def deliver(self, batch: Batch) -> Receipt:
        """Write a line for each event; raises `Retry` when they are not read."""
        unreadable = 0
        for row in batch.rows:
            try:
                chunks = list(_chunks(row))
            except FrameUnreadable:
                unreadable += row.events
                continue
            for chunk in chunks:
                self._write(chunk)
        aside = {("", "frame_unreadable"): unreadable} if unreadable else {}
        return Receipt(batch.events - unreadable, aside)

    def close(self) -> None:
        """Leave the descriptor open: it is not ours."""

    def _write(self, chunk: bytes) -> None:
        left = memoryview(b"\n" + chunk if self._torn else chunk)
        try:
            while left:
                left = left[self._write_some(left) :]
                self._torn = bool(left)
        except OSError:
            raise Retry("output_closed") from None

    def _write_some(self, data: memoryview) -> int:
        """Write what there is room for; a reader that is slow is waited for, block or not."""
        while True:
            try:
                return os.write(self._descriptor, data)
            except BlockingIOError:  # others made the descriptor so: a pipe is shared
                select.select([], [self._descriptor], [])


def _chunks(row: Row) -> Iterator[bytes]:
    """Join lines as far as they are sure to be written whole."""
    chunk = b""
    for event in row.decoded():
        text = event.as_line()
        if len(chunk) + len(text) > _WHOLE_BYTES:
            yield chunk
            chunk = b""
        chunk += text
    yield chunk
