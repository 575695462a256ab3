# SPDX-License-Identifier: Apache-2.0
"""`telesift outbox status` and `telesift outbox`, while the outbox is in use."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from processors.delivery.outbox import backlog
from processors.delivery.outbox import file as files
from processors.delivery.outbox.batch import Receipt
from telesift.commands import outbox
from tests.delivery.samples import ANYBODY, new_ids, open_outbox, store, tally

app = typer.Typer()
app.add_typer(outbox.app, name="outbox")
app.command()(outbox.ledger)


def run(*arguments: str) -> tuple[int, str]:
    """Run a command; return its exit code and what it printed."""
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "160"})
    return result.exit_code, result.output


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """Keep an outbox open with three events of five delivered by one of two sinks."""
    opened = open_outbox(tmp_path, ["logs", "otlp"])
    store(opened, new_ids(3))
    with closing(files.connect(files.path(tmp_path), durable=False)) as db:
        batch = backlog.next_batch(db, "otlp")
        assert batch is not None
        backlog.settle(db, "otlp", batch, Receipt(2, {("tags.added", "http_400"): 1}))
    store(opened, new_ids(2))
    asyncio.run(opened.append(b"", tally(0, rejected=4), ANYBODY))
    yield tmp_path
    opened.close()


def cells(output: str, first: str) -> list[str]:
    """Return the cells of the table line that begins with a word."""
    lines = ([cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines())
    return next(line for line in lines if line[:1] == [first])


def test_status_shows_what_waits_and_for_whom(data_dir: Path) -> None:
    """One line for the outbox, one for each sink."""
    code, output = run("outbox", "status", "--data-dir", str(data_dir))
    assert 0 == code
    assert ["5", "2"] == cells(output, "5")[:2]
    assert ["logs", "5", "0", "5", "0", "0", "0"] == cells(output, "logs")
    assert ["otlp", "5", "2", "2", "0", "1", "0"] == cells(output, "otlp")


def test_ledger_shows_where_every_event_went(data_dir: Path) -> None:
    """Accepted and rejected by name, the sinks' columns, and the equation itself."""
    code, output = run("ledger", "--data-dir", str(data_dir))
    assert 0 == code
    assert ["(unknown)", "event_unknown", "4"] == cells(output, "(unknown)")
    assert ["tags.added", "5"] == cells(output, "tags.added")
    assert "received 9 = accepted 5 + duplicate 0 + rejected 4 + lost 0" in output
    assert "http_400" in output


def test_ledger_speaks_json(data_dir: Path) -> None:
    """For programs: the same numbers, and the verdict beside them."""
    code, output = run("ledger", "--format", "json", "--data-dir", str(data_dir))
    found = json.loads(output)
    assert (0, 9, 0, True) == (code, found["received"], found["lost"], found["balanced"])
    assert {"logs": 0, "otlp": 0} == {sink["name"]: sink["lost"] for sink in found["sinks"]}


def test_a_ledger_that_does_not_balance_fails_the_command(data_dir: Path) -> None:
    """A check in a script notices what a person might overlook."""
    with closing(files.connect(files.path(data_dir), durable=False)) as db:
        db.execute("UPDATE tally SET n = n + 1 WHERE kind = 'received'")
    code, output = run("ledger", "--data-dir", str(data_dir))
    assert 1 == code
    assert "lost 1" in output


@pytest.mark.parametrize("command", [["outbox", "status"], ["ledger"]])
def test_without_an_outbox_one_line_says_so(command: list[str], tmp_path: Path) -> None:
    """No traceback, and nothing is created by looking."""
    code, output = run(*command, "--data-dir", str(tmp_path))
    assert 1 == code
    assert output.startswith(f"telesift: no readable outbox in {tmp_path}: there is none; name ")
    assert 1 == output.count("\n")
    assert [] == list(tmp_path.iterdir())
