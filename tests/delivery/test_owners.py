# SPDX-License-Identifier: Apache-2.0
"""A person's events in the outbox: found, erased, and the ledger still adds up."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from msgspec import json

from processors.delivery.outbox import backlog, owners
from processors.delivery.outbox import file as files
from processors.delivery.outbox.batch import Batch, Receipt
from processors.delivery.outbox.frames import decompress, export_request
from processors.delivery.outbox.ledger import SetAside, SinkAccount
from processors.delivery.outbox.outbox import Outbox
from processors.delivery.relay import Relay
from tests.delivery.samples import ANYBODY, Recorder, open_outbox, tally
from tests.delivery.table import Record, frame, record, uid_of
from tests.services import wait_until

OWNER, OTHER = uuid4(), uuid4()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """Open an outbox that owes to two sinks."""
    outbox = open_outbox(tmp_path, ["db", "otlp"])
    yield outbox
    outbox.close()


@pytest.fixture
def db(tmp_path: Path, outbox: Outbox) -> Iterator[sqlite3.Connection]:
    """Connect as a relay does."""
    with closing(files.connect(files.path(tmp_path), durable=False)) as db:
        yield db


def of(owner: UUID, count: int = 1) -> list[Record]:
    """Make events of a person."""
    return [record(user_id=str(owner)) for _ in range(count)]


def store(outbox: Outbox, *requests: Sequence[Record]) -> None:
    """Store requests that arrive together, and so share a row."""

    async def all_at_once() -> None:
        await asyncio.gather(*(outbox.append(frame(r), tally(len(r)), ANYBODY) for r in requests))

    asyncio.run(all_at_once())


def accounts(outbox: Outbox) -> dict[str, SinkAccount]:
    """Return the sinks' columns, with the ledger in balance."""
    ledger = outbox.ledger()
    assert ledger.balanced, list(ledger.explain())
    return {sink.name: sink for sink in ledger.sinks}


def waiting(db: sqlite3.Connection, sink: str) -> list[str]:
    """List the ids that a sink is offered, read as a collector would read them."""
    batch = backlog.next_batch(db, sink)
    if batch is None:
        return []
    request = json.decode(decompress(export_request(row.frames for row in batch.rows)))
    decoded = [event.id for row in batch.rows for event in row.decoded()]
    records = [
        record
        for resource_logs in request["resourceLogs"]
        for scope_logs in resource_logs["scopeLogs"]
        for record in scope_logs["logRecords"]
    ]
    assert decoded == [uid_of(record) for record in records]
    return decoded


def test_only_the_owners_events_go(outbox: Outbox, db: sqlite3.Connection, tmp_path: Path) -> None:
    """From requests and rows that they share with others, and where a row is theirs alone."""
    first, second, last = of(OTHER), of(OTHER, 2), of(OTHER)
    store(outbox, [*of(OWNER), *first, *of(OWNER)], of(OWNER, 2), second)
    store(outbox, of(OWNER, 3))
    store(outbox, last)
    assert 7 == owners.erase(tmp_path, OWNER)
    expected = [uid_of(made) for made in [*first, *second, *last]]
    for sink in ("db", "otlp"):
        assert expected == waiting(db, sink)
    assert 0 == owners.erase(tmp_path, OWNER)


def test_each_sink_that_had_not_got_them_counts_them(
    outbox: Outbox, db: sqlite3.Connection, tmp_path: Path
) -> None:
    """What was delivered stays delivered; what was not is undeliverable, and the reason is kept."""
    store(outbox, [*of(OWNER, 2), *of(OTHER)])
    batch = backlog.next_batch(db, "db")
    assert batch is not None
    backlog.settle(db, "db", batch, Receipt(3))
    store(outbox, of(OWNER))
    assert 3 == owners.erase(tmp_path, OWNER)
    found = accounts(outbox)
    assert (3, 0, 1) == (found["db"].delivered, found["db"].pending, found["db"].undeliverable)
    assert (0, 1, 3) == (
        found["otlp"].delivered,
        found["otlp"].pending,
        found["otlp"].undeliverable,
    )
    assert (SetAside("tags.added", "erased", 3),) == found["otlp"].set_aside


def test_erasing_nothing_leaves_no_trace(outbox: Outbox, tmp_path: Path) -> None:
    """A stranger's id is in no row, also where a session is named like it."""
    store(outbox, [record(user_id=str(OTHER), session_id=str(OWNER))])
    before = outbox.ledger()
    assert 0 == owners.erase(tmp_path, OWNER)
    assert before == outbox.ledger()
    assert [] == owners.pending(tmp_path, OWNER)


def test_the_size_of_the_outbox_stays_right(
    outbox: Outbox, db: sqlite3.Connection, tmp_path: Path
) -> None:
    """Else its bound would drift with every erasure."""
    store(outbox, [*of(OWNER, 20), *of(OTHER, 20)])
    store(outbox, of(OWNER, 5))
    owners.erase(tmp_path, OWNER)
    ((size,),) = db.execute("SELECT sum(length(frames)) FROM row").fetchall()
    assert (size, 20, 1) == (outbox.status().bytes, outbox.status().events, outbox.status().rows)


def test_their_bytes_leave_the_files(
    outbox: Outbox, db: sqlite3.Connection, tmp_path: Path
) -> None:
    """Not only the rows: the write-ahead log and free pages keep no copy."""
    store(outbox, of(OWNER))
    ((stored,),) = db.execute("SELECT frames FROM row").fetchall()
    assert stored in _everything(tmp_path)
    owners.erase(tmp_path, OWNER)
    assert stored not in _everything(tmp_path)


def _everything(data_dir: Path) -> bytes:
    return b"".join(path.read_bytes() for path in files.folder(data_dir).iterdir())


def test_pending_events_are_found(outbox: Outbox, tmp_path: Path) -> None:
    """The oldest first, and no other person's."""
    mine = of(OWNER, 3)
    store(outbox, [*of(OTHER), *mine[:2]])
    store(outbox, mine[2:], of(OTHER))
    found = owners.pending(tmp_path, OWNER)
    assert [uid_of(made) for made in mine] == [event.id for event in found]
    assert {str(OWNER)} == {event.user_id for event in found}


def test_a_damaged_row_is_passed_over(
    outbox: Outbox, db: sqlite3.Connection, tmp_path: Path
) -> None:
    """Whose it is cannot be told; the sinks will set it aside."""
    store(outbox, of(OWNER))
    store(outbox, of(OWNER))
    db.execute("UPDATE row SET frames = zeroblob(bytes) WHERE seq = 1")
    assert 1 == owners.erase(tmp_path, OWNER)


def test_a_batch_on_its_way_arrives_first(outbox: Outbox, tmp_path: Path) -> None:
    """Whoever erases next in the database so erases what this batch has just put there."""
    sent, let_go = threading.Event(), threading.Event()

    def hold(batch: Batch) -> None:
        sent.set()
        assert let_go.wait(20)

    sink = Recorder("db", before=hold)
    relay = Relay(tmp_path, sink)
    mine = of(OWNER, 2)
    store(outbox, mine)
    relay.start()
    assert sent.wait(20)
    store(outbox, of(OWNER, 3))
    with pytest.raises(owners.StillDelivering):
        owners.erase(tmp_path, OWNER, wait_seconds=0.05)
    assert 5 == accounts(outbox)["db"].pending
    erased: list[int] = []
    eraser = threading.Thread(target=lambda: erased.append(owners.erase(tmp_path, OWNER)))
    eraser.start()
    let_go.set()
    eraser.join(20)
    wait_until(lambda: accounts(outbox)["db"].pending == 0, 20, "the rest")
    relay.stop(10)
    relay.join(20)
    column = accounts(outbox)["db"]
    assert 5 == column.delivered + column.undeliverable
    assert column.delivered == sum(sink.ids.values()) >= 2
    assert [5] == erased  # the other sink had not got any


def test_without_an_outbox_there_is_nothing(tmp_path: Path) -> None:
    """A machine that never ran a processor says so."""
    with pytest.raises(sqlite3.Error):
        owners.erase(tmp_path, OWNER)
    with pytest.raises(sqlite3.Error):
        owners.pending(tmp_path, OWNER)
