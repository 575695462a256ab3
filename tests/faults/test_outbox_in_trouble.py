# SPDX-License-Identifier: Apache-2.0
"""The outbox's disk fills up, its file is damaged, its clock steps back: promises hold."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.delivery.outbox.file import path as outbox_file
from tests.faults.arrivals import Arrivals, of_otlp
from tests.faults.flaky import FlakyEndpoint, Mood, misbehaving
from tests.faults.oracle import Oracle
from tests.faults.processor import assert_nothing_is_lost, processing
from tests.services import wait_until

CLOCK = Path(__file__).with_name("clock.c")
COMPILER = shutil.which("cc")
HALF_AN_HOUR = 1800
MEGABYTE = 1024 * 1024


@pytest.fixture
def endpoint() -> Iterator[FlakyEndpoint]:
    """Run an endpoint that takes nothing for now, so that the outbox fills."""
    with misbehaving() as endpoint:
        endpoint.mood = Mood.UNAVAILABLE
        yield endpoint


@pytest.fixture
def env(endpoint: FlakyEndpoint) -> dict[str, str]:
    """Deliver to that endpoint."""
    return {"TELEMETRY_SINK": "otlp", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": endpoint.url}


def arrived(endpoint: FlakyEndpoint) -> Arrivals:
    """Return what the endpoint took so far."""
    return of_otlp(list(endpoint.records))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 32 megabytes, where we may."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={32 * MEGABYTE}", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_is_said_and_survived(
    tmp_path: Path, endpoint: FlakyEndpoint, env: dict[str, str], small_disk: Path
) -> None:
    """503 and not ready while nothing fits; what was taken is delivered all the same."""
    with processing(tmp_path / "log", env | {"TELESIFT_DATA_DIR": str(small_disk)}) as processor:
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(20 * MEGABYTE))
        oracle = processor.oracle
        with oracle.loading():
            wait_until(lambda: not processor.is_ready(), 60, "the disk to be full")
        assert 503 == oracle.send()
        endpoint.mood = Mood.WELL
        taken = oracle.acknowledged.keys()
        wait_until(lambda: taken <= arrived(endpoint).keys(), 60, "what was taken")
        ballast.unlink()
        wait_until(processor.is_ready, 60, "it to be ready again")
        assert_nothing_is_lost(processor, lambda: arrived(endpoint))


def test_a_damaged_tail_is_set_aside(
    tmp_path: Path, endpoint: FlakyEndpoint, env: dict[str, str]
) -> None:
    """It starts, says what it set aside, delivers what can be read, and a fresh event flows."""
    with processing(tmp_path, env) as processor:
        oracle = processor.oracle
        with oracle.loading():
            oracle.wait_for_more(1000)
        processor.running.stop()
        damage_tail(outbox_file(tmp_path))
        endpoint.mood = Mood.WELL
        processor.start_again()
        assert "outbox.damaged" in processor.log()
        fresh = Oracle(processor.running.url)
        assert 200 == fresh.send()
        known = fresh.acknowledged.keys()
        wait_until(lambda: known <= arrived(endpoint).keys(), 60, "a fresh event")


def damage_tail(file: Path) -> None:
    """Overwrite the last quarter of a file."""
    size = file.stat().st_size
    with file.open("r+b") as damaged:
        damaged.seek(size * 3 // 4)
        damaged.write(os.urandom(size // 4))


@pytest.fixture
def stepping(tmp_path: Path) -> dict[str, str]:
    """Build a clock that steps, where there is a compiler; it reads its offset from a file."""
    if COMPILER is None:
        pytest.skip("needs a C compiler")
    library = tmp_path / "clock.so"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library, CLOCK, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "FAULT_CLOCK": str(tmp_path / "offset")}


def test_a_clock_that_steps_back_delays_nothing(
    tmp_path: Path, endpoint: FlakyEndpoint, env: dict[str, str], stepping: dict[str, str]
) -> None:
    """Half an hour back in full flight, and killed after it: every row still has its turn."""
    with processing(tmp_path, env | stepping) as processor:
        oracle = processor.oracle
        with oracle.loading():
            oracle.wait_for_more()
            (tmp_path / "offset").write_text(str(-HALF_AN_HOUR))
            oracle.wait_for_more()
            processor.running.kill()
            processor.start_again()
            endpoint.mood = Mood.WELL
            oracle.wait_for_more()
        assert_nothing_is_lost(processor, lambda: arrived(endpoint))
