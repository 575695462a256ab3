# SPDX-License-Identifier: Apache-2.0
"""The whole stack by k6: ingest and ratings side by side, from the session cookie to PostgreSQL.

`python -m tests.bench.stack`; BENCH_SECONDS sets its length (the story: two minutes).
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.stack import E2eStack
from tests.services import wait_until

SECONDS = int(os.environ.get("BENCH_SECONDS", "120"))
EVENTS = 10
HERE = Path(__file__).parent
K6 = HERE.parents[1] / "build/k6"
DRAIN_SECONDS = 120

# As in production, where the tests want to notice at once and see every span.
ENV = {
    "AUTH_CACHE_SECONDS": "60",
    "LOG_LEVEL": "warning",
    "OTEL_TRACES_SAMPLER": "traceidratio",
    "OTEL_TRACES_SAMPLER_ARG": "0.01",
}


def measure() -> dict[str, float]:
    """Return latencies in milliseconds, and how many requests failed or came late: none should."""
    if not K6.exists():
        sys.exit("k6 is needed at build/k6: make k6")
    with tempfile.TemporaryDirectory(prefix="telesift-bench-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user where we are root
        with E2eStack(Path(folder), ENV) as stack:
            metrics = _k6(stack, Path(folder) / "summary.json")
            return _figures(metrics) | {"events in PostgreSQL": _stored(stack, metrics)}


def _k6(stack: E2eStack, summary: Path) -> dict[str, Any]:
    command = [str(K6), "run", "--quiet", "--no-usage-report", "--no-thresholds"]
    urls = {name.upper(): service.url for name, service in stack.services.items()}
    subprocess.run(
        [*command, f"--summary-export={summary}", str(HERE / "k6/stack.js")],
        env={**os.environ, **urls, "DURATION": f"{SECONDS}s"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    metrics: dict[str, Any] = json.loads(summary.read_text())["metrics"]
    return metrics


def _figures(metrics: Mapping[str, Any]) -> dict[str, float]:
    def of(scenario: str) -> dict[str, float]:
        duration = metrics[f"http_req_duration{{scenario:{scenario}}}"]
        return {
            f"{scenario} requests": metrics[f"checks{{scenario:{scenario}}}"]["passes"],
            f"{scenario} p50 ms": duration["med"],
            f"{scenario} p95 ms": duration["p(95)"],
            f"{scenario} p99 ms": duration["p(99)"],
        }

    return {
        **of("ingest"),
        **of("ratings"),
        "failed": metrics["checks"]["fails"],
        "late": metrics.get("dropped_iterations", {}).get("count", 0),
    }


def _stored(stack: E2eStack, metrics: Mapping[str, Any]) -> int:
    """Wait until every acknowledged event has arrived, and count them."""
    acknowledged = metrics["checks{scenario:ingest}"]["passes"] * EVENTS
    what = f"{acknowledged} events in PostgreSQL"
    wait_until(lambda: _count(stack) >= acknowledged, DRAIN_SECONDS, what)
    return _count(stack)


def _count(stack: E2eStack) -> int:
    ((count,),) = stack.query("SELECT count(*) FROM telemetry_events")
    return int(count)


def report() -> None:
    """Print the figures."""
    for name, value in measure().items():
        print(f"  {name:24} {value:12,.1f}")


if __name__ == "__main__":
    report()
