# SPDX-License-Identifier: Apache-2.0
"""The dashboard over a million events and 100,000 ratings: its first render, and each query.

`python -m tests.bench.dashboard`; seeding takes two minutes.
"""

import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from peewee import PostgresqlDatabase

from dashboard.messages import Filters
from dashboard.messages import parse_filters as parse
from dashboard.panels import STATEMENTS
from dashboard.statements import FILTERS
from processors.delivery.sinks.postgres import partitions
from service_kit import postgres
from service_kit.postgres import migrations
from service_kit.postgres.embedded import EmbeddedPostgres
from telesift.database import HISTORIES
from tests import services

HERE = Path(__file__).parent
VISITS = 5
TIMES = 7
TABLES = ("psr_ratings", "psr_impressions", "psr_exposures", "telemetry_events")

# The plan inside a function is not shown: this makes one that explains where the other answers.
EXPLAINED = (
    (r"FUNCTION psr_analytics\.statistics", "FUNCTION pg_temp.statistics"),
    (r"RETURNS TABLE\(.*?\)\n", "RETURNS SETOF text\n"),
    (" STABLE ", " "),
    (r"EXECUTE \$\$", "EXECUTE $$EXPLAIN (ANALYZE, BUFFERS) "),
)


def report() -> None:
    """Print the first render in Chromium, each query's time, and the plan of the slowest."""
    with seeded() as server:
        _queries(postgres.single(server.url))
        _renders(server.url)


@contextmanager
def seeded() -> Iterator[EmbeddedPostgres]:
    """Run a PostgreSQL that has a month of ratings and a week of events."""
    with tempfile.TemporaryDirectory(prefix="telesift-bench-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user where we are root
        with EmbeddedPostgres(Path(folder) / "postgres") as server:
            seed(postgres.single(server.url))
            yield server


def seed(database: PostgresqlDatabase) -> None:
    """Fill an empty database."""
    migrations.up(database, HISTORIES)
    today = datetime.now(UTC).date()
    with database.connection_context():
        with database.atomic():
            partitions.make(database, [today - timedelta(days=days) for days in range(8)])
            database.execute_sql((HERE / "dashboard.sql").read_text())
        database.connection().autocommit = True
        for table in TABLES:  # as autovacuum does after so many rows
            database.execute_sql(f"VACUUM ANALYZE {table}")


class Took(NamedTuple):
    """How long a statement took, in ms; `cpu` is what it costs on an idle machine."""

    wall: float
    cpu: float


def _queries(database: PostgresqlDatabase) -> None:
    """Time each panel's statement; the goal is 200 ms."""
    month = parse({}, datetime.now(UTC).date())
    with database.connection_context():
        took = {name: _took(database, text, month) for name, text in STATEMENTS.items()}
        for name, (wall, cpu) in took.items():
            print(f"  query {name:<18}{wall:>8.1f} ms, of it CPU {cpu:>8.1f}   (goal < 200)")
        slowest = max(took, key=lambda name: took[name].cpu)
        print(f"\n  the slowest, {slowest}:\n{_plan(database, STATEMENTS[slowest], month)}\n")


def _took(database: PostgresqlDatabase, text: str, filters: Filters) -> Took:
    """Run a statement a few times, and return the medians."""
    (pid,) = database.execute_sql("SELECT pg_backend_pid()").fetchone()
    walls, cpus = [], []
    for _ in range(TIMES):
        cpu, wall = _cpu_milliseconds(pid), time.perf_counter()
        database.execute_sql(text, filters.values()).fetchall()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append(_cpu_milliseconds(pid) - cpu)
    return Took(statistics.median(walls), statistics.median(cpus))


def _cpu_milliseconds(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def _plan(database: PostgresqlDatabase, text: str, filters: Filters) -> str:
    """Explain a statement: the function that it calls, where it calls one."""
    statement = f"EXPLAIN (ANALYZE, BUFFERS) {text}"
    if grouping := re.search(r"statistics\('(\w+)'", text):
        _explain_statistics(database)
        statement = f"SELECT * FROM pg_temp.statistics('{grouping[1]}',{FILTERS})"
    lines = database.execute_sql(statement, filters.values())
    return "\n".join(f"    {line}" for (line,) in lines)


def _explain_statistics(database: PostgresqlDatabase) -> None:
    function = "SELECT pg_get_functiondef('psr_analytics.statistics'::regproc)"
    (definition,) = database.execute_sql(function).fetchone()
    for pattern, instead in EXPLAINED:
        definition = re.sub(pattern, lambda _, text=instead: text, definition, flags=re.DOTALL)
    database.execute_sql(definition)


def _renders(url: str) -> None:
    """Render the page with an empty cache; the goal is a second until the first figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        services.serving("processor", Path(folder) / "processor") as processor,
        services.serving(
            "dashboard",
            Path(folder) / "dashboard",
            {"DATABASE_URL": url, "TELESIFT_PROCESSOR_URL": processor.url, "LOG_LEVEL": "warning"},
        ) as dashboard,
    ):
        visits = _visit(dashboard.url)
    names = {"paint": "first paint", "figures": "first figures", "all": "every panel"}
    for key, name in names.items():
        times = [visit[key] for visit in visits]
        middle, most = statistics.median(times), max(times)
        goal = "   (goal < 1000)" if key == "figures" else ""
        print(f"  {name:<24}{middle:>8.1f} ms, at most {most:>8.1f}{goal}")
    print(f"  {'requests':<24}{visits[0]['requests']:>8}")


def _visit(url: str) -> list[Mapping[str, Any]]:
    node = shutil.which("node") or sys.exit("node is needed")
    command = [node, str(HERE / "dashboard.mjs"), url, "analyst-token", str(VISITS)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    visits: list[Mapping[str, Any]] = json.loads(done.stdout)
    return visits


if __name__ == "__main__":
    report()
