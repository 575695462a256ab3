# SPDX-License-Identifier: Apache-2.0
"""A worker's resident memory on the way to a million events: is it small, and is it flat?"""

import os
import tempfile
from pathlib import Path

from tests import services
from tests.bench.batches import EVENTS
from tests.bench.service import drive, resident_megabytes

MOST_EVENTS = int(os.environ.get("BENCH_EVENTS", "1000000"))
STEP_SECONDS = 5


def report() -> None:
    """Print events taken and MB after each step."""
    env = {"TELESIFT_RATE_LIMIT": "1000000", "LOG_LEVEL": "warning"}
    with (
        tempfile.TemporaryDirectory() as folder,
        services.serving("processor", Path(folder), env) as running,
    ):
        print(f"  {0:>12,} events {resident_megabytes(running.process.pid):8.1f} MB")
        events = 0
        while events < MOST_EVENTS:
            events += drive(running.url, "user-token", STEP_SECONDS)["requests"] * EVENTS
            memory = resident_megabytes(running.process.pid)
            print(f"  {events:>12,} events {memory:8.1f} MB   (goal < 120, flat)", flush=True)
