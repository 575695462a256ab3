# SPDX-License-Identifier: Apache-2.0
"""The processor under test: dies, comes back with the same data, and must have lost nothing."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests import services
from tests.faults.arrivals import Arrivals
from tests.faults.oracle import Oracle
from tests.services import Running, bearer, wait_until

ARRIVE_SECONDS = 60


class Processor:
    """A processor that can be started again and again on one data directory."""

    def __init__(self, data_dir: Path, env: dict[str, str]) -> None:
        self._data_dir, self._env = data_dir, env
        self.running = self._start()
        self.oracle = Oracle(self.running.url)

    def start_again(self) -> None:
        """Start on the same data, and send the oracle there."""
        self.running = self._start()
        self.oracle.url = self.running.url

    def _start(self) -> Running:
        return services.start("processor", self._data_dir, self._env)

    def worker(self) -> int:
        """Return the process id of the only worker."""
        (worker,) = _children(self.running.process.pid)
        return worker

    def kill_worker(self) -> None:
        """Kill the worker; its master starts another."""
        os.kill(self.worker(), signal.SIGKILL)

    def kill_master(self) -> None:
        """Kill the master alone, and wait until its orphan has gone too."""
        worker = self.worker()
        self.running.process.kill()
        self.running.process.wait()
        wait_until(lambda: not Path(f"/proc/{worker}").exists(), 30, "the orphan to end")

    def is_ready(self) -> bool:
        """Return whether it says that it can keep its promises."""
        return requests.get(f"{self.running.url}/readyz", timeout=10).status_code == 200

    def log(self) -> str:
        """Return what this run has said so far."""
        return self.running.stderr_path.read_text()


@contextmanager
def processing(data_dir: Path, env: dict[str, str]) -> Iterator[Processor]:
    """Run a processor for the length of a `with` block; whatever is left of it ends there."""
    processor = Processor(data_dir, env)
    try:
        yield processor
    finally:
        processor.running.kill()


def assert_nothing_is_lost(processor: Processor, arrived: Callable[[], Arrivals]) -> None:
    """Assert that what came out meets the oracle's obligations.

    A fresh event flows; every acknowledged event arrived, whole; nothing rejected arrived; the
    ledger balances.
    """
    oracle = processor.oracle
    assert 200 == oracle.send()
    wait_until(lambda: oracle.acknowledged.keys() <= arrived().keys(), ARRIVE_SECONDS, "arrivals")
    found = arrived()
    assert oracle.acknowledged == {uid: found[uid] for uid in oracle.acknowledged}
    assert not oracle.rejected & found.keys()
    ledger = _ledger(processor)
    assert (True, 0) == (ledger["balanced"], ledger["lost"])


def _ledger(processor: Processor) -> dict[str, object]:
    url = f"{processor.running.url}/telemetry/ledger"
    answer = requests.get(url, headers=bearer("analyst-token"), timeout=10)
    ledger: dict[str, object] = answer.json()
    return ledger


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
