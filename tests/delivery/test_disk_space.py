# SPDX-License-Identifier: Apache-2.0
"""A disk that fills up: events are refused in time, so that deliveries can still empty it."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.delivery.leader import Leader
from processors.delivery.outbox.frames import compress
from processors.delivery.outbox.outbox import Outbox, OutboxUnavailable, StorageFault
from tests.delivery.samples import (
    ANYBODY,
    Recorder,
    new_ids,
    open_outbox,
    resource_logs,
    store,
    tally,
)
from tests.services import wait_until


def test_a_disk_with_little_left_takes_no_more_events(tmp_path: Path) -> None:
    """Readiness is red before anybody is refused."""
    outbox = open_outbox(tmp_path, spare_bytes=1 << 60, probe_seconds=0)
    assert StorageFault.DISK_FULL == outbox.health()
    with pytest.raises(OutboxUnavailable) as caught:
        store(outbox, new_ids(1))
    assert StorageFault.DISK_FULL == caught.value.fault
    assert (0, True) == (outbox.ledger().received, outbox.ledger().balanced)
    outbox.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 16 MB."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root; the full disk is then not tested here")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_an_outbox_that_filled_its_disk_can_be_emptied_and_filled_again(small_disk: Path) -> None:
    """Sinks that were away come back to a full disk: every event arrives, and there is health."""
    outbox = open_outbox(small_disk, probe_seconds=0)
    sink = Recorder()
    taken = fill(outbox)
    leader = Leader(small_disk, [sink], max_age_seconds=3600)
    leader.start()
    wait_until(lambda: outbox.status().events == 0, 30, "the backlog to be delivered")
    assert dict.fromkeys(taken, 1) == dict(sink.ids)
    assert outbox.health() is None
    leader.stop(10)
    assert fill(outbox)
    assert outbox.ledger().balanced
    outbox.close()


def fill(outbox: Outbox) -> list[str]:
    """Store events that hardly compress until one is refused; return the ids that were taken."""
    taken: list[str] = []
    while True:
        ids = new_ids(1)
        frame = compress(resource_logs(ids, version=os.urandom(50_000).hex()))
        try:
            asyncio.run(outbox.append(frame, tally(1), ANYBODY))
        except OutboxUnavailable as refusal:
            assert StorageFault.DISK_FULL == refusal.fault
            return taken
        taken += ids
