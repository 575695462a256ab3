# SPDX-License-Identifier: Apache-2.0
"""A damaged outbox: set aside, read as far as it can be, and the service goes on."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from processors.delivery.outbox import file as files
from processors.delivery.outbox.events import events
from processors.delivery.outbox.frames import FrameUnreadable
from processors.delivery.outbox.ledger import Ledger
from processors.delivery.outbox.outbox import OutboxUnavailable, StorageFault
from tests.delivery.samples import new_ids, open_outbox, store

PAGE = 4096
REQUESTS = [new_ids(40) for _ in range(12)]
IDS = {uid for ids in REQUESTS for uid in ids}


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an outbox as `kill -9` leaves it: the newest part in the WAL, the rest in the file."""
    data_dir = tmp_path_factory.mktemp("crashed")
    outbox = open_outbox(data_dir, ["logs", "otlp"])
    for ids in REQUESTS[:10]:
        store(outbox, ids)
    with closing(files.connect(files.path(data_dir), durable=True)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for ids in REQUESTS[10:]:
            store(outbox, ids)
        image = data_dir.with_name("image")
        shutil.copytree(data_dir, image)
    outbox.close()
    (files.folder(image) / "outbox.db-shm").unlink()
    return image


@pytest.fixture
def data_dir(crashed: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a copy to damage."""
    yield Path(shutil.copytree(crashed, tmp_path / "data"))


def overwrite(path: Path, at: int, data: bytes) -> None:
    """Damage a file; a negative position counts from its end."""
    with path.open("r+b") as file:
        file.seek(at, os.SEEK_SET if at >= 0 else os.SEEK_END)
        file.write(data)


def readable_ids(frames: bytes) -> list[str]:
    """Return a row's ids; damage inside a payload shows when it is read, by its checksum."""
    try:
        return [event.id for event in events(frames)]
    except FrameUnreadable:
        return []


def reopen(data_dir: Path) -> tuple[set[str], Ledger]:
    """Start on a damaged outbox; return what it still holds, and its ledger."""
    outbox = open_outbox(data_dir, ["logs", "otlp"])
    with closing(files.connect_read_only(files.path(data_dir))) as db:
        rows = db.execute("SELECT frames FROM row").fetchall()
    found = {uid for (frames,) in rows for uid in readable_ids(frames)}
    ledger = outbox.ledger()
    assert outbox.health() is None
    store(outbox, new_ids(1))
    assert outbox.ledger().balanced
    assert ledger.received + 1 == outbox.ledger().received
    outbox.close()
    return found, ledger


def set_aside(data_dir: Path) -> list[str]:
    """Return the damaged files that were kept."""
    return sorted(path.name[:15] for path in files.folder(data_dir).glob("outbox.corrupt-*"))


def test_a_crash_alone_loses_nothing(data_dir: Path) -> None:
    """`kill -9` is no damage: everything comes back, from file and WAL."""
    found, ledger = reopen(data_dir)
    assert found == IDS
    assert (480, True) == (ledger.received, ledger.balanced)
    assert [] == set_aside(data_dir)


def test_a_torn_tail_of_the_wal_is_as_if_it_had_not_been_written(data_dir: Path) -> None:
    """A commit that did not reach the disk whole was not acknowledged; the rest stays."""
    overwrite(files.folder(data_dir) / "outbox.db-wal", -1000, os.urandom(1000))
    found, ledger = reopen(data_dir)
    assert found == IDS - set(REQUESTS[11])
    assert (440, True) == (ledger.received, ledger.balanced)
    assert [] == set_aside(data_dir)


def test_a_damaged_page_costs_its_rows_and_no_others(data_dir: Path) -> None:
    """What cannot be read is counted undeliverable, with its reason; the damaged file is kept."""
    path = files.path(data_dir)
    pages = path.stat().st_size // PAGE
    overwrite(path, (pages - 3) * PAGE, os.urandom(PAGE))
    found, ledger = reopen(data_dir)
    lost = len(IDS - found)
    assert 0 < lost < 480
    assert found < IDS
    assert ledger.balanced, list(ledger.explain())
    for sink in ledger.sinks:
        assert (480, lost) == (sink.accepted, sink.undeliverable)
        assert ("", "outbox_corrupt", lost) == (
            sink.set_aside[0].event,
            sink.set_aside[0].reason,
            sink.set_aside[0].count,
        )
    assert ["outbox.corrupt-", "outbox.corrupt-"] == set_aside(data_dir)  # the file and its WAL


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"this is no database " * 1000),
        lambda path: overwrite(path, 0, bytes(100)),
        lambda path: overwrite(path, 0, os.urandom(PAGE)),
    ],
    ids=["another file", "header zeroed", "first page"],
)
def test_a_file_that_cannot_be_read_at_all_is_set_aside(data_dir: Path, damage: object) -> None:
    """The service starts with an empty outbox rather than not at all."""
    (files.folder(data_dir) / "outbox.db-wal").unlink()
    damage(files.path(data_dir))  # type: ignore[operator]
    found, ledger = reopen(data_dir)
    assert (set(), True) == (found, ledger.balanced)
    assert ["outbox.corrupt-"] == set_aside(data_dir)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_is_damaged_the_service_starts_and_the_ledger_balances(
    crashed: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """No damage makes up events, loses count, or stops the start."""
    data_dir = Path(shutil.copytree(crashed, tmp_path_factory.mktemp("damaged") / "data"))
    name = data.draw(st.sampled_from(["outbox.db", "outbox.db-wal"]))
    path = files.folder(data_dir) / name
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, path.stat().st_size - 1))
        overwrite(path, at, data.draw(st.binary(min_size=1, max_size=64)))
    if data.draw(st.booleans(), label="truncate"):
        os.truncate(path, data.draw(st.integers(0, path.stat().st_size)))
    try:
        found, ledger = reopen(data_dir)
    except files.UnknownVersion:  # the damage made a plausible version number: rightly left alone
        reject()
    assert found <= IDS
    assert ledger.balanced, list(ledger.explain())


def test_an_interrupted_salvage_starts_again(data_dir: Path) -> None:
    """A leftover of the first try is no obstacle to the second."""
    path = files.path(data_dir)
    overwrite(path, 5 * PAGE, os.urandom(PAGE))
    shutil.copy(path, path.with_name("outbox.salvage"))
    path.with_name("outbox.salvage-wal").write_bytes(b"half written")
    found, ledger = reopen(data_dir)
    assert (True, True) == (bool(found), ledger.balanced)


def test_a_file_that_others_have_open_is_not_taken_from_under_them(data_dir: Path) -> None:
    """They would go on writing to the old one, and what they acknowledged would be lost."""
    first = open_outbox(data_dir, ["logs", "otlp"])
    overwrite(files.path(data_dir), 0, bytes(100))
    with pytest.raises(OutboxUnavailable) as caught:
        open_outbox(data_dir, ["logs", "otlp"])
    assert StorageFault.OUTBOX_CORRUPT == caught.value.fault
    assert [] == set_aside(data_dir)
    first.close()
