# SPDX-License-Identifier: Apache-2.0
"""`make bench`: every measurement, one after the other, in one run on one machine.

Each part says what it measures against what; no figure is asserted.
"""

import os
import platform
import sys

from tests.bench import (
    dashboard,
    ingest,
    lighthouse,
    memory,
    pipeline,
    psr,
    service,
    side_by_side,
    stack,
)

PARTS = {
    "pipeline": ("The pipeline, a 50-event batch, beside the floor", pipeline.report),
    "service": ("The processor over HTTP, one worker, outbox on, sink logs", service.report),
    "memory": ("Resident memory of a worker up to a million events", memory.report),
    "collector": ("The processor beside a stock collector with its whitelist", side_by_side.report),
    "ingest": ("200 requests/s of ten events, by k6", ingest.report),
    "stack": (
        "200 requests/s of ten events and ratings, on the whole stack",
        stack.report,
    ),
    "lighthouse": ("The vault's page with the SDK, and without it", lighthouse.report),
    "psr": ("POST /psr, beside the bare upsert by pgbench", psr.report),
    "dashboard": ("The dashboard over a million events and 100,000 ratings", dashboard.report),
}


def main(names: list[str]) -> None:
    """Run the named parts, or all of them."""
    cpus = os.cpu_count()
    print(f"Python {platform.python_version()}, {cpus} CPUs, load {os.getloadavg()[0]:.1f}\n")
    for name in names or PARTS:
        title, report = PARTS[name]
        print(f"{name}: {title}", flush=True)
        report()
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
