# SPDX-License-Identifier: Apache-2.0
"""Ingest at 200 requests per second by k6, ten events each: how long an answer takes at that rate.

`python -m tests.bench.ingest`; BENCH_SECONDS sets its length (DESIGN measures five minutes).
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests import services

SECONDS = int(os.environ.get("BENCH_SECONDS", "15"))
HERE = Path(__file__).parent
K6 = HERE.parents[1] / "build/k6"


def measure() -> dict[str, float]:
    """Drive one worker with the outbox on; milliseconds, and counts that should be 0."""
    if not K6.exists():
        sys.exit("k6 is needed at build/k6: make k6")
    quiet = {"LOG_LEVEL": "warning"}
    with (
        tempfile.TemporaryDirectory() as folder,
        services.serving("processor", Path(folder), quiet) as running,
    ):
        metrics = _k6(running.url, Path(folder) / "summary.json")
    duration = metrics["http_req_duration"]
    return {
        "requests": metrics["http_reqs"]["count"],
        "failed": metrics["checks"]["fails"],
        "late": metrics.get("dropped_iterations", {}).get("count", 0),
        "p50 ms": duration["med"],
        "p95 ms": duration["p(95)"],
        "p99 ms": duration["p(99)"],
    }


def _k6(url: str, summary: Path) -> dict[str, Any]:
    command = [str(K6), "run", "--quiet", "--no-usage-report", "--no-thresholds"]
    subprocess.run(
        [*command, f"--summary-export={summary}", str(HERE / "ingest.js")],
        env={**os.environ, "BASE_URL": url, "TOKEN": "user-token", "DURATION": f"{SECONDS}s"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    metrics: dict[str, Any] = json.loads(summary.read_text())["metrics"]
    return metrics


def report() -> None:
    """Print the figures."""
    for name, value in measure().items():
        print(f"  {name:24} {value:12,.1f}")


if __name__ == "__main__":
    report()
