# SPDX-License-Identifier: Apache-2.0
"""The oracle: sends events with known ids, and remembers what the processor promised.

A batch that got a 200 is an obligation. Like the browser SDK, the oracle sends a batch that got
no 200 again, with the same ids, until it is taken or the load ends.
"""

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import requests

from tests.services import bearer, wait_until

EVENT = "vault.search_performed"
BATCH = 10
SENDERS = 2
HOUR_MS = 3_600_000


class Oracle:
    """Keeps, by id, the content of every acknowledged event, and the ids that were rejected.

    Each sender waits `pause_seconds` between its requests.
    """

    pause_seconds = 0.01

    def __init__(self, url: str) -> None:
        self.url = url
        self.acknowledged: dict[str, int] = {}
        self.rejected: set[str] = set()
        self._stopping = threading.Event()

    @contextlib.contextmanager
    def loading(self) -> Iterator[None]:
        """Send from several threads for the length of a `with` block."""
        self._stopping.clear()
        senders = [threading.Thread(target=self._send_until_stopped) for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        try:
            yield
        finally:
            self._stopping.set()
            for sender in senders:
                sender.join()

    def wait_for_more(self, events: int = 300) -> None:
        """Wait until so many more events are acknowledged than now."""
        goal = len(self.acknowledged) + events
        wait_until(lambda: len(self.acknowledged) >= goal, 60, f"{events} more to be taken")

    def send(self) -> int | None:
        """Send one new batch; return the answer's status, or None where there was no answer."""
        return self._post(_Batch())

    def _send_until_stopped(self) -> None:
        batch = _Batch()
        while not self._stopping.wait(self.pause_seconds):
            if self._post(batch) == 200:
                batch = _Batch()

    def _post(self, batch: "_Batch") -> int | None:
        url, body = f"{self.url}/telemetry/events", {"events": batch.events()}
        try:
            answer = requests.post(url, json=body, headers=bearer(), timeout=10)
        except requests.RequestException:
            return None
        if answer.status_code == 200:
            assert (BATCH, 1) == (answer.json()["accepted"], answer.json()["rejected"])
            self.acknowledged |= batch.good
            self.rejected.add(batch.bad)
        return answer.status_code


class _Batch:
    """Ten events, each with content that is its own, and one that must be rejected."""

    def __init__(self) -> None:
        self.good = {str(uuid4()): random.randrange(10**9) for _ in range(BATCH)}
        self.bad = str(uuid4())
        # an hour ago: a clock that steps back must not put events into the future
        self._ts = time.time_ns() // 10**6 - HOUR_MS

    def events(self) -> list[dict[str, object]]:
        """Write them as the plain batch does."""
        good = [self._event(uid, result_count=count) for uid, count in self.good.items()]
        return [*good, self._event(self.bad, colour="red")]

    def _event(self, uid: str, **attributes: object) -> dict[str, object]:
        return {"event": EVENT, "id": uid, "ts": self._ts, **attributes}
