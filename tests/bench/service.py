# SPDX-License-Identifier: Apache-2.0
"""The whole processor over HTTP, outbox on: events per CPU-second, driven by wrk."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests import services
from tests.bench.batches import EVENTS, UID_PLACE, otlp_batch

SECONDS = int(os.environ.get("BENCH_SECONDS", "15"))
CONNECTIONS = 32
_TICKS = os.sysconf("SC_CLK_TCK")
LUA = Path(__file__).with_name("batch.lua")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and its children so far, user and system."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = stat.read_text().rpartition(")")[2].split()
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / _TICKS
    return total


def resident_megabytes(pid: int) -> float:
    """Return the largest resident set among a process's children, in MB."""
    sizes = [0]
    for status in Path("/proc").glob("[0-9]*/status"):
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        if fields.get("PPid", "").strip() == str(pid) and "VmRSS" in fields:
            sizes.append(int(fields["VmRSS"].split()[0]))
    return max(sizes) / 1024


def drive(url: str, token: str, seconds: int = SECONDS) -> dict[str, Any]:
    """Post batches with fresh ids as fast as they are answered; return wrk's figures."""
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("wrk is needed: apt-get install wrk")
    with tempfile.NamedTemporaryFile(suffix=".json") as batch:
        batch.write(otlp_batch(uid=UID_PLACE))
        batch.flush()
        done = subprocess.run(
            [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(LUA), url],
            env={**os.environ, "BATCH_FILE": batch.name, "TOKEN": token},
            capture_output=True,
            check=True,
            text=True,
        )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure() -> dict[str, float]:
    """Saturate one worker and return its figures."""
    with tempfile.TemporaryDirectory() as folder:
        env = {"TELESIFT_RATE_LIMIT": "1000000", "LOG_LEVEL": "warning"}
        with services.serving("processor", Path(folder), env) as running:
            drive(running.url, "user-token", seconds=2)  # warm
            before = cpu_seconds(running.process.pid)
            figures = drive(running.url, "user-token")
            cpu = cpu_seconds(running.process.pid) - before
            memory = resident_megabytes(running.process.pid)
    events = figures["requests"] * EVENTS
    return {
        "failed": figures["failed"],
        "requests per second": figures["requests"] / figures["seconds"],
        "events per second": events / figures["seconds"],
        "events per CPU-second": events / cpu,
        "CPU µs per request": cpu / figures["requests"] * 1e6,
        "p95 ms": figures["p95_ms"],
        "RSS MB": memory,
    }


def report() -> None:
    """Print the figures."""
    for name, value in measure().items():
        print(f"  {name:24} {value:12,.1f}")


if __name__ == "__main__":
    report()
