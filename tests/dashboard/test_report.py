# SPDX-License-Identifier: Apache-2.0
"""`telesift report`: the same figures as SQL's and the ledger's, as table, CSV, JSON and page."""

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from typer.testing import CliRunner, Result

from processors.delivery.sinks.postgres import partitions
from service_kit import postgres
from service_kit.postgres import migrations
from telesift.commands import report
from telesift.database import HISTORIES
from telesift.reports.events import folded
from telesift.reports.page import html
from telesift.reports.sheet import Bar, Sheet, Spark
from tests import services
from tests.dashboard.conftest import STORE
from tests.services import TELESIFT, bearer

Run = Callable[..., Result]
PROMPT = "9b2fca1e-1f0c-4d3c-9a63-0d7f6f0e4a11"


@pytest.fixture(scope="module")
def url(new_database: Callable[[], str]) -> str:
    """Return a database with events of today and of a week ago, as its analyst sees it."""
    url = new_database()
    database = postgres.single(url)
    migrations.up(database, HISTORIES)
    today = datetime.now(UTC).date()
    week_ago = today - timedelta(days=7)
    with database.connection_context(), database.atomic():
        partitions.make(database, [week_ago, today])
        for event, n, day in (
            ("prompt_copied", 40, today),
            ("prompt_copied", 60, week_ago),
            ("auth.logout", 7, week_ago),
        ):
            database.execute_sql(STORE, {"event": event, "n": n, "day": day})
    return f"{url}&options=-c%20role%3Dpsr_analyst"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run a processor that accepted two events and rejected three, for two reasons."""
    directory = tmp_path_factory.mktemp("processor")
    now = round(datetime.now(UTC).timestamp() * 1000)
    good = {"event": "vault.search_performed", "ts": now, "result_count": 7}
    bad = [good | {"event": "no.such.event"}, good | {"result_count": -1}]
    with services.serving("processor", directory) as running:
        url = f"{running.url}/telemetry/events"
        batch = {"events": [good, good | {"result_count": 8}, *bad, bad[1]]}
        assert 200 == requests.post(url, json=batch, headers=bearer(), timeout=10).status_code
        running.wait_for_events(2)
        yield directory


@pytest.fixture
def run(url: str, data_dir: Path) -> Run:
    """Return a function that runs a report."""

    def run(*arguments: str) -> Result:
        environ = {"DATABASE_URL": url, "TELESIFT_DATA_DIR": str(data_dir), "COLUMNS": "160"}
        result = CliRunner().invoke(report.app, arguments, env=environ)
        assert 0 == result.exit_code, result.output
        return result

    return run


def rows(run: Run, *arguments: str) -> list[dict[str, Any]]:
    """Return a report's rows as JSON has them, after a look at whether CSV has the same."""
    found: list[dict[str, Any]] = json.loads(run(*arguments, "--format", "json").output)
    written = list(csv.DictReader(io.StringIO(run(*arguments, "--format", "csv").output)))
    assert [{key: str(value) for key, value in row.items()} for row in found] == written
    return found


def test_events_are_counted_with_their_percentiles(run: Run) -> None:
    """Most frequent first."""
    assert [
        {"event": "prompt_copied", "n": 100, "p50": 25, "p95": 55, "p99": 59},
        {"event": "auth.logout", "n": 7, "p50": 4, "p95": 7, "p99": 7},
    ] == rows(run, "events")


def test_events_since_a_day(run: Run) -> None:
    """Earlier ones are not counted."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert [("prompt_copied", 40)] == [
        (row["event"], row["n"]) for row in rows(run, "events", "--since", today)
    ]


def test_rejections_are_those_of_the_ledger(run: Run) -> None:
    """The most frequent reason first; what is not in the catalog is not named."""
    told = rows(run, "rejections")
    assert [("vault.search_performed", 2), ("", 1)] == [(row["event"], row["n"]) for row in told]
    output = run("rejections").output
    assert "3 rejected of 5 received" in output
    assert "(not in the catalog)" in output
    assert "no.such.event" not in output


@pytest.mark.parametrize("name", ["psr", "events", "rejections"])
def test_page_stands_alone(run: Run, tmp_path: Path, name: str) -> None:
    """It has the report's title, asks nothing of anybody, and may not."""
    path = tmp_path / "report.html"
    assert "" == run(name, "--html", str(path)).output
    page = path.read_text("utf-8")
    assert "default-src 'none'" in page
    assert "light-dark(" in page
    assert not re.search(r"https?:|<script|<link|<img|url\(", page)


def test_page_escapes_what_it_shows() -> None:
    """And gives each picture a name."""
    lines = [("<b>&", Bar(0.25), Spark([1, 0, 2]))]
    page = html(Sheet("T & <T>", ("<h>", "", ""), 1, lines, (), [], ("<note>",)), datetime.now(UTC))
    assert "&lt;b&gt;&amp;" in page
    assert "<title>T &amp; &lt;T&gt;</title>" in page
    assert not re.search("<b>|<h>|<note>|<T>", page)
    assert 'aria-label="25%"' in page
    assert 'aria-label="1, 0, 2"' in page


@pytest.mark.parametrize(
    ("counts", "columns"), [([1], 1), ([1] * 60, 60), ([1] * 61, 31), ([1] * 366, 53)]
)
def test_long_periods_fold(counts: list[int], columns: int) -> None:
    """Nothing is left out."""
    assert (columns, sum(counts)) == (len(folded(counts)), sum(folded(counts)))


def process(url: str, *arguments: str, stdout: int, **env: str) -> tuple[int, bytes, str]:
    """Run the command as the process that it is; return its exit code, stdout and stderr."""
    done = subprocess.run(
        [TELESIFT, *arguments],
        env=os.environ | {"DATABASE_URL": url} | env,
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.decode()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_without_utf_8_shows_the_table_with_other_characters(
    url: str, encoding: str
) -> None:
    """Bars and columns are drawn with what there is, and the command succeeds."""
    env = {"PYTHONIOENCODING": encoding, "LC_ALL": "C", "COLUMNS": "160"}
    code, out, err = process(
        url, "report", "events", "--since", "2026-01-01", stdout=subprocess.PIPE, **env
    )
    assert (0, "") == (code, err)
    text = out.decode(encoding)
    assert "prompt_copied" in text
    assert ("█" in text) is (encoding == "utf-8")
    assert "?" not in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "events"),
        ("report", "events", "--format", "csv"),
        ("report", "events", "--format", "json"),
        ("db", "dictionary"),
        ("catalog", "lint", "--help"),
        ("--help",),
    ],
)
def test_a_reader_that_has_ended_is_no_traceback(url: str, arguments: tuple[str, ...]) -> None:
    """`telesift ... | head -1` prints nothing more, and no complaint."""
    read, write = os.pipe()
    os.close(read)
    try:
        code, _, err = process(url, *arguments, stdout=write)
    finally:
        os.close(write)
    assert (1, "") == (code, err)
