# SPDX-License-Identifier: Apache-2.0
"""`telesift privacy` over what the processor holds: the table, and the outbox before it."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from peewee import PostgresqlDatabase
from typer.testing import CliRunner, Result

from processors.delivery.lock import sink_lock
from processors.delivery.outbox import file as files
from processors.delivery.outbox import owners
from processors.delivery.outbox.outbox import Outbox
from processors.delivery.sinks.postgres.sink import PostgresSink
from service_kit import postgres
from telesift.commands.privacy import app
from tests.delivery.samples import ANYBODY, open_outbox, tally
from tests.delivery.table import DAYS, NOON, batch, frame, record, stored_ids, uid_of

OWNER, OTHER = uuid4(), uuid4()

Run = Callable[..., Result]


@pytest.fixture
def run(migrated_url: str, database: PostgresqlDatabase, tmp_path: Path) -> Run:
    """Return a function that runs the command on the emptied table and the test's outbox."""

    def run(*arguments: str) -> Result:
        env = {"DATABASE_URL": migrated_url, "TELESIFT_DATA_DIR": str(tmp_path)}
        return CliRunner().invoke(app, arguments, env=env)

    return run


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """Open an outbox in which one event of each person waits."""
    outbox = open_outbox(tmp_path, ["db"])
    waiting = [record(user_id=str(owner)) for owner in (OWNER, OTHER)]
    asyncio.run(outbox.append(frame(waiting), tally(2), ANYBODY))
    yield outbox
    outbox.close()


def stored(url: str, owner: UUID) -> str:
    """Store an event of a person in the table; return its id."""
    made = record(user_id=str(owner))
    sink = PostgresSink(lambda: postgres.single(url), DAYS, clock=lambda: NOON)
    sink.deliver(batch([made]))
    sink.close()
    return uid_of(made)


def test_export_covers_what_is_stored_and_what_waits(
    run: Run, outbox: Outbox, migrated_url: str
) -> None:
    """One person's, and in the story's names."""
    uid = stored(migrated_url, OWNER)
    stored(migrated_url, OTHER)
    exported = json.loads(run("export", str(OWNER)).output)
    assert [uid] == [row["id"] for row in exported["telemetry_events"]]
    (waiting,) = exported["outbox"]
    assert ("tags.added", str(OWNER), 3) == tuple(waiting[k] for k in ("event", "user_id", "count"))


def test_erase_covers_both_and_nobody_else(
    run: Run, outbox: Outbox, migrated_url: str, database: PostgresqlDatabase, tmp_path: Path
) -> None:
    """The receipt has the counts; a second time there is nothing; the ledger adds up."""
    stored(migrated_url, OWNER)
    kept = stored(migrated_url, OTHER)
    for count in (1, 0):
        receipt = json.loads(run("erase", str(OWNER), "--yes").output)
        assert {"telemetry_events": count, "outbox": count} == receipt["erased"]
    assert [kept] == stored_ids(database)
    assert 1 == len(owners.pending(tmp_path, OTHER))
    assert outbox.ledger().balanced


@pytest.mark.usefixtures("outbox")
def test_nothing_is_erased_while_a_sink_hangs(
    run: Run,
    migrated_url: str,
    database: PostgresqlDatabase,
    tmp_path: Path,
) -> None:
    """Else its batch could reach the database after the erasure."""
    kept = stored(migrated_url, OWNER)
    hanging = sink_lock(files.folder(tmp_path), "db")
    assert hanging.take()
    result = run("erase", str(OWNER), "--yes", "--wait", "0.05")
    hanging.close()
    assert 1 == result.exit_code
    assert "try again" in result.output
    assert [kept] == stored_ids(database)
    assert 1 == len(owners.pending(tmp_path, OWNER))


def test_damaged_files_are_named(run: Run, outbox: Outbox, tmp_path: Path) -> None:
    """What was set aside after damage is the operator's to delete."""
    (files.folder(tmp_path) / "outbox.corrupt-20261123T120000Z").touch()
    assert "outbox.corrupt-20261123T120000Z" in run("erase", str(OWNER), "--yes").output
