# SPDX-License-Identifier: Apache-2.0
"""POST /psr over HTTP beside the bare upsert by pgbench: one PostgreSQL, one run, in turn.

`python -m tests.bench.psr`; BENCH_SECONDS sets the length of each of the four measurements.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from psr_service.app import THREADS
from service_kit.postgres.embedded import EmbeddedPostgres
from tests import services

SECONDS = int(os.environ.get("BENCH_SECONDS", "15"))
RATE = 200
HERE = Path(__file__).parent
K6 = HERE.parents[1] / "build/k6"

OWNERS = {f"t{number}": f"00000000-0000-4000-9000-{number:012x}" for number in range(100)}


def measure() -> dict[str, float]:
    """Return latency at 200 requests/s, throughput when saturated, and the ratios to pgbench."""
    with tempfile.TemporaryDirectory(prefix="telesift-bench-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user where we are root
        with EmbeddedPostgres(Path(folder) / "postgres") as server:
            env = {
                "DATABASE_URL": server.url,
                "AUTH_DEV_TOKENS": ",".join(f"{t}:{owner}:user" for t, owner in OWNERS.items()),
                "TELESIFT_RATE_LIMIT": "1000000",
                "FEATURES_PSR_AGGREGATE": "false",  # as in production
                "LOG_LEVEL": "warning",
            }
            with services.serving("psr", Path(folder) / "psr", env) as running:
                return _compare(running.url, server)


def _compare(url: str, server: EmbeddedPostgres) -> dict[str, float]:
    _wrk(url, seconds=2)  # warm: connections, plans, pages
    bare = _pgbench(server, f"--rate={RATE}")
    service = _k6(url)
    bare_most = _pgbench(server)
    service_most = _wrk(url)
    rate = service_most["requests"] / service_most["seconds"]
    return {
        "psr_requests": service["requests"],
        "psr_failed": service["failed"] + service["dropped"] + service_most["failed"],
        "psr_mean_ms": service["avg"],
        "psr_p50_ms": service["med"],
        "psr_p95_ms": service["p(95)"],
        "psr_p99_ms": service["p(99)"],
        "upsert_mean_ms": bare["latency"],
        "psr_latency_ratio": service["avg"] / bare["latency"],
        "psr_requests_a_second": rate,
        "upserts_a_second": bare_most["tps"],
        "psr_throughput_ratio": bare_most["tps"] / rate,
    }


def _k6(url: str) -> dict[str, Any]:
    if not K6.exists():
        sys.exit("k6 is needed at build/k6: make k6")
    env = {"URL": url, "TOKENS": ",".join(OWNERS), "RATE": str(RATE), "SECONDS": str(SECONDS)}
    figures: dict[str, Any] = json.loads(
        _output([str(K6), "run", "--quiet", "--no-usage-report", str(HERE / "psr.js")], env)
    )
    return figures


def _wrk(url: str, seconds: int = SECONDS) -> dict[str, Any]:
    wrk = shutil.which("wrk") or sys.exit("wrk is needed: apt-get install wrk")
    command = [wrk, "-t1", f"-c{THREADS}", f"-d{seconds}s", "-s", str(HERE / "psr.lua"), url]
    figures: dict[str, Any] = json.loads(
        _output(command, {"TOKENS": ",".join(OWNERS)}).splitlines()[-1]
    )
    return figures


def _pgbench(server: EmbeddedPostgres, *options: str) -> dict[str, float]:
    """Run the upsert on as many connections as the service has; latency in ms without the lag."""
    command = [
        str(server.programs / "pgbench"), "--no-vacuum", f"--client={THREADS}", f"--time={SECONDS}",
        f"--file={HERE / 'psr.sql'}", *options, server.url,
    ]  # fmt: skip
    text = _output(command, {})
    return {
        "latency": _number(r"latency average = ([\d.]+)", text) - _lag(text),
        "tps": _number(r"tps = ([\d.]+)", text),
    }


def _lag(text: str) -> float:
    """Return how late pgbench itself started its transactions, which it counts as latency."""
    return _number(r"rate limit schedule lag: avg ([\d.]+)", text) if "schedule lag" in text else 0


def _number(pattern: str, text: str) -> float:
    match = re.search(pattern, text)
    assert match, f"no {pattern} in pgbench's output"
    return float(match[1])


def _output(command: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(command, env=os.environ | env, capture_output=True, check=True, text=True)
    return done.stdout


def report() -> None:
    """Print the figures."""
    for name, figure in measure().items():
        print(f"  {name:<24}{figure:>12.2f}")


if __name__ == "__main__":
    report()
