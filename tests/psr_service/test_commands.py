# SPDX-License-Identifier: Apache-2.0
"""`telesift db`, `report` and `privacy`, on a real database."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from psr_service.connections import Connections
from psr_service.store import Store
from service_kit import postgres
from telesift.commands import db, privacy, report
from telesift.reports.ratings import By
from telesift.reports.sheet import bar, sparkline
from tests.psr_service.conftest import impression, rating

Run = Callable[..., Result]


@pytest.fixture
def run(database: Connections, database_url: str, tmp_path: Path) -> Run:
    """Return a function that runs a command on the module's database."""

    def run(app: Typer, *arguments: str, url: str = database_url, answer: str = "") -> Result:
        environ = {"DATABASE_URL": url, "TELESIFT_DATA_DIR": str(tmp_path), "COLUMNS": "160"}
        return CliRunner().invoke(app, arguments, env=environ, input=answer)

    return run


def test_db_migrates_reports_and_reverts(run: Run, new_database: Callable[[], str]) -> None:
    """Status is red before, green after, red again; a second migrate has nothing to do."""
    url = new_database()
    assert 1 == run(db.app, "status", url=url).exit_code
    assert "0001_tables" in run(db.app, "migrate", url=url).output
    assert 0 == run(db.app, "status", url=url).exit_code
    assert "nothing to do\n" == run(db.app, "migrate", url=url).output
    assert 0 == run(db.app, "revert", "psr", "0002_analytics", "--yes", url=url).exit_code
    assert 1 == run(db.app, "status", url=url).output.count("pending")


def test_db_reverts_nothing_unasked(run: Run) -> None:
    """The answer to the question is no by default."""
    assert 1 == run(db.app, "revert", "psr", "0001_tables", answer="\n").exit_code
    steps = [line for line in run(db.app, "status").output.splitlines() if line.startswith("psr")]
    assert steps
    assert not [line for line in steps if "pending" in line]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("revert", "psr", "0009_nothing", "--yes"), "0009_nothing"),
        (("revert", "nobody", "0001_tables", "--yes"), "psr"),
    ],
)
def test_db_explains_what_it_cannot_do(run: Run, arguments: tuple[str, ...], words: str) -> None:
    """One line with the name, and a code that scripts can see."""
    result = run(db.app, *arguments)
    assert 0 != result.exit_code
    assert words in result.output


def test_a_database_that_is_away_is_one_line_without_its_password(run: Run) -> None:
    """An address holds a password, and a driver's message an address."""
    url = "postgresql://someone:s3cret@127.0.0.1:9/nothing"
    result = run(db.app, "status", url=url)
    assert 1 == result.exit_code
    assert 1 == result.output.count("\n")
    assert "s3cret" not in result.output


@pytest.mark.parametrize("by", By)
def test_report_has_the_same_figures_in_every_format(
    run: Run, rate: Callable[..., None], by: By
) -> None:
    """Table, CSV and JSON of eight ratings."""
    rate(uuid4(), 5, 5, 5, 4, 4, 3, 5, 2, version="v1")
    arguments = ("psr", "--by", by)
    table = run(report.app, *arguments).output
    (row,) = csv.DictReader(io.StringIO(run(report.app, *arguments, "--format", "csv").output))
    (group,) = json.loads(run(report.app, *arguments, "--format", "json").output)
    assert "4.12 (3.14-4.58)" in table
    assert "75% (41%-93%)" in table
    assert ("8", "4.125") == (row["n"], row["mean"])
    assert (8, 4.125) == (group["n"], group["mean"])


def test_report_since(run: Run, rate: Callable[..., None]) -> None:
    """Ratings of earlier days are not counted."""
    rate(uuid4(), 5)
    assert "[]\n" == run(report.app, "psr", "--since", "2026-11-24", "--format", "json").output


def test_report_says_what_it_does_not_show(run: Run, rate: Callable[..., None]) -> None:
    """A small group has a line, dashes, and an explanation below."""
    rate(uuid4(), 5)
    output = run(report.app, "psr").output
    assert "PSR_MIN_GROUP" in output
    assert "5.00" not in output


def test_report_needs_an_analysts_rights_only(
    run: Run, rate: Callable[..., None], database_url: str
) -> None:
    """An analyst may run it with their own login."""
    rate(uuid4(), 4, 4, 4, 4, 4)
    result = run(report.app, "psr", url=_as_analyst(database_url))
    assert 0 == result.exit_code
    assert "4.00" in result.output


def _as_analyst(url: str) -> str:
    return f"{url}&options=-c%20role%3Dpsr_analyst"


def test_privacy_exports_everything_about_one_owner(run: Run, store: Store) -> None:
    """Ratings and impressions of the owner alone; what is not installed is absent."""
    owner_id, prompt_id = uuid4(), uuid4()
    for owner in (owner_id, uuid4()):
        store.rate(owner, rating(prompt_id, note="fine"), None, aggregate=False)
        store.show(owner, impression(prompt_id))
    exported = json.loads(run(privacy.app, "export", str(owner_id)).output)
    assert {"psr_ratings", "psr_impressions"} == set(exported)
    assert [str(owner_id)] * 2 == [row["owner_id"] for rows in exported.values() for row in rows]
    assert "fine" == exported["psr_ratings"][0]["note"]


def test_privacy_erases_one_owner_and_gives_a_receipt(
    run: Run, store: Store, database: Connections
) -> None:
    """The counts are what was there; a second time there is nothing; others keep theirs."""
    owner_id, other_id = uuid4(), uuid4()
    for owner in (owner_id, other_id):
        for _ in range(2):
            store.rate(owner, rating(uuid4()), None, aggregate=False)
        store.show(owner, impression(uuid4()))
    receipts = [
        json.loads(run(privacy.app, "erase", str(owner_id), "--yes").output) for _ in range(2)
    ]
    counts = [{"psr_ratings": 2, "psr_impressions": 1}, {"psr_ratings": 0, "psr_impressions": 0}]
    assert counts == [receipt["erased"] for receipt in receipts]
    assert str(owner_id) == receipts[0]["owner_id"]
    left = store.read("SELECT DISTINCT owner_id FROM psr_ratings", {})
    assert [UUID(str(other_id))] == [row["owner_id"] for row in left]


def test_privacy_erases_nothing_unasked(run: Run, store: Store) -> None:
    """The answer to the question is no by default."""
    owner_id = uuid4()
    store.rate(owner_id, rating(uuid4()), None, aggregate=False)
    assert 1 == run(privacy.app, "erase", str(owner_id), answer="\n").exit_code
    assert 1 == len(store.read("SELECT FROM psr_ratings", {}))


def test_privacy_reaches_the_telemetry_too(run: Run, new_database: Callable[[], str]) -> None:
    """Where the processor keeps events in this database, they belong to the answer."""
    url, owner_id = new_database(), uuid4()
    database = postgres.single(url)
    with database.connection_context():
        database.execute_sql("CREATE TABLE telemetry_events (owner_id uuid, payload jsonb)")
        database.execute_sql(
            'INSERT INTO telemetry_events SELECT %s, \'{"event": "prompt_copied"}\''
            "FROM generate_series(1, 3)",
            (owner_id,),
        )
    exported = json.loads(run(privacy.app, "export", str(owner_id), url=url).output)
    assert [{"event": "prompt_copied"}] * 3 == [
        row["payload"] for row in exported["telemetry_events"]
    ]
    receipt = json.loads(run(privacy.app, "erase", str(owner_id), "--yes", url=url).output)
    assert {"telemetry_events": 3} == receipt["erased"]


@pytest.mark.parametrize(("share", "drawn"), [(0, "░" * 8), (0.5, "████░░░░"), (1, "█" * 8)])
def test_bar(share: float, drawn: str) -> None:
    """Its length is the share."""
    assert drawn == bar(share)


@pytest.mark.parametrize(
    ("counts", "drawn"),
    [([0, 0, 0, 0, 9], "    █"), ([1, 2, 4, 8, 8], "▁▂▄██"), ([1, 0, 100, 0, 50], "▁ █ ▄")],
)
def test_sparkline(counts: list[int], drawn: str) -> None:
    """The largest is full; what is there at all is seen."""
    assert drawn == sparkline(counts)
