# SPDX-License-Identifier: Apache-2.0
"""Several gunicorn workers on one data directory: one delivers, and another takes over."""

import os
import signal
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests import services
from tests.redis_server import Redis, needs_redis
from tests.services import TELESIFT, Running, bearer

pytestmark = needs_redis


@pytest.fixture
def redis() -> Iterator[Redis]:
    """Run a Redis server."""
    server = Redis()
    yield server
    server.stop()


@pytest.fixture
def workers(redis: Redis, tmp_path: Path) -> Iterator[Running]:
    """Run a processor with three workers."""
    env = {"TELESIFT_WORKERS": "3", "TELESIFT_RATE_LIMIT_STORAGE_URL": redis.url}
    with services.serving("processor", tmp_path, env) as running:
        yield running


def send(running: Running, batches: int) -> set[str]:
    """Send batches of ten on connections of their own; return the acknowledged ids."""

    def one(_: int) -> list[str]:
        ids = [str(uuid.uuid4()) for _ in range(10)]
        now = int(time.time() * 1000)
        batch = {"events": [{"event": "auth.logout", "ts": now, "id": i} for i in ids]}
        url = f"{running.url}/telemetry/events"
        answer = requests.post(url, json=batch, headers=bearer(), timeout=20)
        return ids if answer.status_code == 200 else []

    with ThreadPoolExecutor(8) as pool:
        return {uid for ids in pool.map(one, range(batches)) for uid in ids}


def leader(running: Running) -> int:
    """Return the pid of the worker that holds the leader's lock."""
    lock = next(running.stderr_path.parent.rglob("leader.lock")).stat().st_ino
    for line in Path("/proc/locks").read_text().splitlines():
        fields = line.split()
        if fields[1] == "FLOCK" and fields[5].endswith(f":{lock}"):
            return int(fields[4])
    raise AssertionError("no worker delivers")


def test_several_workers_deliver_each_event_once(workers: Running) -> None:
    """Three workers append, one relay delivers: nothing is lost and nothing doubled."""
    acknowledged = send(workers, 60)
    assert 600 == len(acknowledged)
    events = workers.wait_for_events(600)
    assert Counter(acknowledged) == Counter(event["id"] for event in events)


def test_another_worker_takes_over_when_the_delivering_one_dies(workers: Running) -> None:
    """The kernel passes the lock on, and what was not delivered is delivered by the next."""
    first = send(workers, 20)
    workers.wait_for_events(len(first))
    died = leader(workers)
    os.kill(died, signal.SIGKILL)
    second = send(workers, 20)
    assert len(second) > 0
    services.wait_until(
        lambda: first | second <= {event["id"] for event in workers.events()},
        20,
        "the events of before and after",
    )
    assert died != leader(workers)


def test_several_workers_without_a_shared_count_do_not_start(tmp_path: Path) -> None:
    """Three counts of 120 would be a limit of 360: the start fails and says what is needed."""
    env = services.environment(tmp_path) | {"TELESIFT_WORKERS": "3"}
    done = subprocess.run(
        [TELESIFT, "serve", "processor", "--port", str(services.free_port())],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert 2 == done.returncode
    assert "TELESIFT_RATE_LIMIT_STORAGE_URL" in done.stderr
