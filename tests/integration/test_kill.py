# SPDX-License-Identifier: Apache-2.0
"""What a 200 means: the event comes out, also when the processor dies right after saying so."""

import threading
import time
import uuid
from pathlib import Path

import requests

from tests import services
from tests.services import Running, bearer

SENDERS = 4
LOAD_SECONDS = 2.0


def send_until_stopped(running: Running, acknowledged: set[str], stop: threading.Event) -> None:
    """Send batches of ten, and keep the ids of those that got a 200."""
    session = requests.Session()
    while not stop.is_set():
        ids = [str(uuid.uuid4()) for _ in range(10)]
        now = int(time.time() * 1000)
        batch = {"events": [{"event": "auth.logout", "ts": now, "id": i} for i in ids]}
        try:
            answer = session.post(
                f"{running.url}/telemetry/events", json=batch, headers=bearer(), timeout=5
            )
        except requests.RequestException:
            return
        if answer.status_code == 200:
            acknowledged.update(ids)


def test_every_acknowledged_event_survives_kill_9_under_load(tmp_path: Path) -> None:
    """Kill everything in full flight twice: after the restart each acknowledged id comes out."""
    acknowledged: set[str] = set()
    delivered: set[str] = set()
    for _ in range(2):
        running = services.start("processor", tmp_path)
        stop = threading.Event()
        senders = [
            threading.Thread(target=send_until_stopped, args=(running, acknowledged, stop))
            for _ in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        time.sleep(LOAD_SECONDS)
        running.kill()
        stop.set()
        for sender in senders:
            sender.join()
        delivered |= ids_of(running)
    assert len(acknowledged) > 100
    with services.serving("processor", tmp_path) as running:
        services.wait_until(
            lambda: acknowledged <= delivered | ids_of(running), 30, "the acknowledged events"
        )


def ids_of(running: Running) -> set[str]:
    """Return the ids of the whole lines that came out; a killed process may leave half a line."""
    return {event["id"] for event in running.events()}
