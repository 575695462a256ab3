# SPDX-License-Identifier: Apache-2.0
"""What Telesift costs the vault's page: Lighthouse with the SDK and without it, and a trace.

`python -m tests.bench.lighthouse`; BENCH_RUNS sets how many runs the medians are of.
"""

import subprocess
from pathlib import Path

WEB = Path(__file__).parent / "web"


def report() -> None:
    """Print the figures."""
    if not (WEB / "node_modules").is_dir():
        print("  installing Lighthouse, once", flush=True)
        subprocess.run(["npm", "ci", "--silent", "--no-fund", "--no-audit"], cwd=WEB, check=True)
    subprocess.run(["npm", "run", "--silent", "bench"], cwd=WEB, check=True)


if __name__ == "__main__":
    report()
