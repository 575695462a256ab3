# SPDX-License-Identifier: Apache-2.0
"""Real processes on one outbox: killed, competing, and taking over from each other."""

import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from processors.delivery.outbox import file as files
from processors.delivery.outbox import ledger
from processors.delivery.outbox.events import events
from processors.delivery.outbox.outbox import OutboxUnavailable
from tests.delivery.samples import new_ids, open_outbox, store
from tests.services import wait_until

ROOT = Path(__file__).parents[2]
LINE = 3 * 37  # three ids, each followed by a space or a newline


@contextmanager
def worker(
    data_dir: Path, role: str, name: str = "acknowledged"
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker process, printing into a file, and kill it at the end."""
    command = [sys.executable, "-m", "tests.delivery.worker", str(data_dir), role]
    with (data_dir / name).open("ab") as output:
        process = subprocess.Popen(command, stdout=output, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def acknowledged(data_dir: Path, name: str = "acknowledged") -> set[str]:
    """Return the ids whose `append` returned, as far as the process could still say so."""
    text = (data_dir / name).read_text()
    return {
        uid for line in text.splitlines(keepends=True) if len(line) == LINE for uid in line.split()
    }


def stored(data_dir: Path) -> Counter[str]:
    """Count the ids in the outbox."""
    with closing(files.connect_read_only(files.path(data_dir))) as db:
        rows = db.execute("SELECT frames FROM row").fetchall()
    return Counter(event.id for (frames,) in rows for event in events(frames))


def delivered(data_dir: Path) -> list[tuple[str, str]]:
    """Return (process, id) of each delivery."""
    path = data_dir / "delivered"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(pid, uid) for pid, _, uid in (line.partition(" ") for line in lines)]


def test_every_acknowledged_event_survives_kill_9(tmp_path: Path) -> None:
    """Two processes under load, both killed in full flight; what was said to be stored is."""
    with worker(tmp_path, "append", "one"), worker(tmp_path, "append", "two"):
        for name in ("one", "two"):
            wait_until(lambda n=name: len(acknowledged(tmp_path, n)) > 600, 30, name)
    promised = acknowledged(tmp_path, "one") | acknowledged(tmp_path, "two")
    open_outbox(tmp_path).close()
    found = stored(tmp_path)
    assert promised <= set(found)
    assert 1 == max(found.values())
    account = ledger.read(tmp_path)
    assert account.balanced, list(account.explain())
    assert account.received == found.total()


def test_exactly_one_process_delivers_and_another_takes_over(tmp_path: Path) -> None:
    """While the first lives it delivers for all; killed, the second goes on where it stopped."""
    outbox = open_outbox(tmp_path)
    first_ids, second_ids = new_ids(20), new_ids(20)
    with worker(tmp_path, "deliver") as first:
        store(outbox, first_ids)
        wait_until(lambda: len(delivered(tmp_path)) == 20, 30, "the first process")
        with worker(tmp_path, "deliver") as second:
            first.kill()
            first.wait()
            store(outbox, second_ids)
            wait_until(lambda: len(delivered(tmp_path)) >= 40, 30, "the second process")
    by_process = {str(first.pid): first_ids, str(second.pid): second_ids}
    for pid, ids in by_process.items():
        assert ids == [uid for who, uid in delivered(tmp_path) if who == pid]
    assert outbox.ledger().balanced
    outbox.close()


def test_a_hung_process_keeps_the_lead(tmp_path: Path) -> None:
    """It may still be delivering: a second one would send everything twice."""
    outbox = open_outbox(tmp_path)
    with worker(tmp_path, "deliver") as first:
        store(outbox, new_ids(1))
        wait_until(lambda: len(delivered(tmp_path)) == 1, 30, "the first process")
        first.send_signal(signal.SIGSTOP)
        with worker(tmp_path, "both", "other"):
            wait_until(lambda: len(acknowledged(tmp_path, "other")) > 100, 30, "the other")
            assert {str(first.pid)} == {who for who, _ in delivered(tmp_path)}
        first.send_signal(signal.SIGCONT)
        wait_until(lambda: outbox.status().events == 0, 30, "the first process to catch up")
    outbox.close()


def test_everything_arrives_at_least_once_through_kills(tmp_path: Path) -> None:
    """Storing and delivering, killed three times over: nothing acknowledged stays away."""
    for _ in range(3):
        seen = len(acknowledged(tmp_path)) if (tmp_path / "acknowledged").exists() else 0
        with worker(tmp_path, "both"):
            wait_until(lambda before=seen: len(acknowledged(tmp_path)) > before + 300, 30, "load")
    outbox = open_outbox(tmp_path)
    with worker(tmp_path, "deliver"):
        wait_until(lambda: outbox.status().events == 0, 30, "the rest")
    assert acknowledged(tmp_path) <= {uid for _, uid in delivered(tmp_path)}
    account = outbox.ledger()
    assert account.balanced, list(account.explain())
    outbox.close()


def test_a_disk_that_refuses_to_write_is_answered_and_overcome(tmp_path: Path) -> None:
    """503 and red readiness while it lasts; afterwards both recover, and the ledger balances."""
    outbox = open_outbox(tmp_path, probe_seconds=0)
    taken: list[str] = []
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200 * 1024, hard))
    try:
        with pytest.raises(OutboxUnavailable) as caught:
            for ids in (new_ids(50) for _ in range(1000)):
                store(outbox, ids)
                taken += ids
        assert "disk_error" == caught.value.fault == outbox.health()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert outbox.health() is None
    assert Counter(taken) == stored(tmp_path)
    store(outbox, new_ids(1))
    assert outbox.ledger().balanced
    outbox.close()
