# SPDX-License-Identifier: Apache-2.0
"""The processor beside a stock collector with the same whitelist, in turn, on the same machine.

Both take the same 50-event OTLP/JSON batches over HTTP from wrk, put them on disk with fsync
before they answer, and forward them to the same collector that throws them away.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests import services
from tests.bench.batches import EVENTS
from tests.bench.service import cpu_seconds, drive
from tests.collector import running
from tests.collector.running import FRAGMENTS, config_flags, require_otelcol

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "2"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "15"))
UPSTREAM = FRAGMENTS / "sink-otlphttp.yaml"
HERE = Path(__file__).parent


@contextmanager
def nowhere(otelcol: Path) -> Iterator[str]:
    """Run the collector that both forward to, and return its URL."""
    endpoint = f"127.0.0.1:{services.free_port()}"
    process = subprocess.Popen(
        [otelcol, *config_flags(HERE / "nop.yaml")], env={**os.environ, "NOP_ENDPOINT": endpoint}
    )
    try:
        yield f"http://{endpoint}"
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def processor(upstream: str, folder: Path) -> Iterator[tuple[str, int]]:
    """Run the processor with its durable outbox and the `otlp` sink; return URL and pid."""
    env = {
        "TELEMETRY_SINK": "otlp",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": f"{upstream}/v1/logs",
        "TELESIFT_RATE_LIMIT": "1000000",
        "LOG_LEVEL": "warning",
    }
    with services.serving("processor", folder, env) as service:
        yield service.url, service.process.pid


@contextmanager
def collector(upstream: str, folder: Path) -> Iterator[tuple[str, int]]:
    """Run the stock collector on one core, like one processor worker; return URL and pid."""
    os.environ |= {"OTELCOL_UPSTREAM_ENDPOINT": upstream, "GOMAXPROCS": "1"}
    with running.collecting(require_otelcol(), folder, UPSTREAM) as contestant:
        yield contestant.url, contestant.process.pid


CONTESTANTS: dict[str, Callable[[str, Path], AbstractContextManager[tuple[str, int]]]] = {
    "processor": processor,
    "collector": collector,
}


def measure() -> dict[str, dict[str, float]]:
    """Return each contestant's best round: events per CPU-second and events per second."""
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
    with nowhere(require_otelcol()) as upstream:
        for _ in range(ROUNDS):
            for name, contestant in CONTESTANTS.items():
                with (
                    tempfile.TemporaryDirectory() as folder,
                    contestant(upstream, Path(folder)) as (url, pid),
                ):
                    rounds[name].append(_round(url, pid))
    return {
        name: max(figures, key=lambda figure: figure["events/CPU-s"])
        for name, figures in rounds.items()
    }


def _round(url: str, pid: int) -> dict[str, float]:
    drive(url, "user-token", seconds=2)  # warm
    before = cpu_seconds(pid)
    figures = drive(url, "user-token", seconds=SECONDS)
    events = figures["requests"] * EVENTS
    return {
        "events/CPU-s": events / (cpu_seconds(pid) - before),
        "events/s": events / figures["seconds"],
        "p95 ms": figures["p95_ms"],
        "failed": figures["failed"],
    }


def report() -> None:
    """Print both, and the ratio."""
    best = measure()
    for name, figures in best.items():
        print(f"  {name:10}" + "".join(f"{value:14,.1f} {unit}" for unit, value in figures.items()))
    for unit in ("events/CPU-s", "events/s"):
        ratio = best["processor"][unit] / best["collector"][unit]
        print(f"  processor ÷ collector, {unit:14}{ratio:6.2f}   (goal ≥ 1.5)")


if __name__ == "__main__":
    report()
