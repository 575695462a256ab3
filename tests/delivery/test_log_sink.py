# SPDX-License-Identifier: Apache-2.0
"""The `logs` sink: whole lines, in the story's names, or none."""

import array
import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest

from processors.delivery.outbox.batch import Batch, Receipt, Row
from processors.delivery.outbox.frames import compress, join
from processors.delivery.sinks.log import LogSink
from processors.delivery.sinks.sink import Retry
from tests.delivery.samples import USER, frame, new_ids, resource_logs
from tests.services import wait_until

ROOT = Path(__file__).parents[2]


def batch(*rows: tuple[int, bytes]) -> Batch:
    """Make a batch of (events, frames)."""
    return Batch(0, [Row(seq, *row) for seq, row in enumerate(rows, start=1)])


def test_an_event_is_one_json_line_in_the_storys_names(tmp_path: Path) -> None:
    """Ids that an event does not have are left out."""
    with (tmp_path / "out").open("wb") as out:
        receipt = LogSink(out.fileno()).deliver(batch((1, frame(["id-1"]))))
    (line,) = (tmp_path / "out").read_text().splitlines()
    expected = {
        "event": "tags.added",
        "id": "id-1",
        "ts": "2025-11-23T09:26:40.123456Z",
        "user_id": USER,
        "session_id": "s-1",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "count": 3,
        "service.name": "vault",
    }
    assert expected == json.loads(line)
    assert list(expected) == list(json.loads(line))
    assert Receipt(1) == receipt


def test_a_row_that_cannot_be_read_is_set_aside_and_the_others_go_out(tmp_path: Path) -> None:
    """One damaged row never blocks the queue."""
    rows = (2, frame(new_ids(2))), (7, compress(b"damaged")), (1, frame(new_ids(1)))
    with (tmp_path / "out").open("wb") as out:
        receipt = LogSink(out.fileno()).deliver(batch(*rows))
    assert 3 == len((tmp_path / "out").read_text().splitlines())
    assert Receipt(3, {("", "frame_unreadable"): 7}) == receipt


@pytest.mark.parametrize("counted", [1, 3])
def test_a_row_that_holds_more_or_less_than_was_counted_is_not_trusted(
    counted: int, tmp_path: Path
) -> None:
    """Else the ledger would call delivered what was never there."""
    with (tmp_path / "out").open("wb") as out:
        receipt = LogSink(out.fileno()).deliver(batch((counted, frame(new_ids(2)))))
    assert Receipt(0, {("", "frame_unreadable"): counted}) == receipt


def test_a_closed_output_is_worth_another_try() -> None:
    """While stdout is not read, the events wait."""
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(Retry, match="output_closed"):
        LogSink(writing).deliver(batch((1, frame(new_ids(1)))))
    os.close(writing)


def test_a_line_that_was_torn_does_not_spoil_the_next(tmp_path: Path) -> None:
    """A reader that ends in the middle of a line is followed by one that starts on a new one."""
    fifo = tmp_path / "stdout"
    os.mkfifo(fifo)
    first = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    writing = os.open(fifo, os.O_WRONLY)
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    sink, failures = LogSink(writing), list[Retry]()

    def deliver_long() -> None:
        try:
            sink.deliver(batch((1, compress(resource_logs(new_ids(1), version="x" * 6000)))))
        except Retry as retry:
            failures.append(retry)

    delivering = threading.Thread(target=deliver_long)
    delivering.start()
    wait_until(lambda: is_full(first), 10, "half a line in the pipe")
    os.close(first)
    delivering.join(10)
    assert ["output_closed"] == [retry.reason for retry in failures]
    second = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    torn = os.read(second, 65536)
    assert not torn.endswith(b"\n")
    ids = new_ids(1)
    sink.deliver(batch((1, frame(ids))))
    blank, line, rest = os.read(second, 65536).split(b"\n")
    assert (b"", ids[0], b"") == (blank, json.loads(line)["id"], rest)
    os.close(second)
    os.close(writing)


def is_full(reading: int) -> bool:
    """Return whether a pipe of one page holds as much as it can."""
    size = array.array("i", [0])
    fcntl.ioctl(reading, termios.FIONREAD, size)
    return size[0] >= 4096


def test_a_killed_process_leaves_whole_lines_only() -> None:
    """What its successor prints starts on a line of its own."""
    script = (
        "import sys; from tests.delivery.test_log_sink import *\n"
        "rows = [(40, frame(new_ids(40)))] * 20\n"
        "while True: LogSink().deliver(batch(*rows))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout is not None
    start = os.read(process.stdout.fileno(), 1_000_000)
    process.send_signal(signal.SIGKILL)
    process.wait()
    output = start + process.stdout.read()
    assert output.endswith(b"\n")
    assert all(json.loads(line)["event"] == "tags.added" for line in output.splitlines())


def test_many_frames_in_a_row_are_all_printed(tmp_path: Path) -> None:
    """A row holds the frames of all requests that were committed together."""
    ids = new_ids(60)
    frames = join(frame(ids[start : start + 20]) for start in (0, 20, 40))
    with (tmp_path / "out").open("wb") as out:
        LogSink(out.fileno()).deliver(batch((60, frames)))
    printed = [json.loads(line)["id"] for line in (tmp_path / "out").read_text().splitlines()]
    assert ids == printed


def test_an_output_that_does_not_block_gets_each_event_once() -> None:
    """A slow reader of a shared pipe is waited for; nothing is written again from the start."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    given = batch(*((50, frame(new_ids(50))) for _ in range(40)))
    delivering = threading.Thread(target=lambda: LogSink(writer).deliver(given))
    delivering.start()
    text = b""
    while text.count(b"\n") < given.events:
        text += os.read(reader, 1000)
    delivering.join(10)
    ids = [json.loads(line)["id"] for line in text.splitlines()]
    assert given.events == len(set(ids)) == len(ids)
    os.close(reader)
    os.close(writer)
