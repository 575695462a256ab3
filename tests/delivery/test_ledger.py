# SPDX-License-Identifier: Apache-2.0
"""The ledger balances at every moment, whatever happens in whatever order."""

import asyncio
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from processors.delivery.outbox import backlog, ledger, rows
from processors.delivery.outbox import file as files
from processors.delivery.outbox.batch import Batch, Receipt
from processors.delivery.outbox.group import Group, Waiting
from processors.delivery.outbox.opening import open_outbox
from tests.delivery.samples import ANYBODY, tally

SINKS = ("db", "logs", "otlp")
FRAMES = bytes(100)
MOST_BYTES = 1000
sink_lists = st.lists(st.sampled_from(SINKS), unique=True, min_size=1)


class LedgerMachine(RuleBasedStateMachine):
    """Everything that can happen to an outbox, on a real file."""

    loop = asyncio.new_event_loop()

    @initialize(sinks=sink_lists)
    def open(self, sinks: list[str]) -> None:
        self.data_dir = Path(tempfile.mkdtemp())
        self.received = 0
        self._open(sinks)

    def _open(self, sinks: list[str]) -> None:
        self.in_flight: dict[str, Batch] = {}
        self.lock = open_outbox(self.data_dir, sinks)
        self.db = files.connect(files.path(self.data_dir), durable=False)
        self.sinks = sinks

    @rule(accepted=st.integers(0, 5), rejected=st.integers(0, 3), duplicate=st.integers(0, 3))
    def append(self, accepted: int, rejected: int, duplicate: int) -> None:
        with files.transaction(self.db):
            self._write(accepted, rejected, duplicate)
        self.received += accepted + rejected + duplicate

    @rule(accepted=st.integers(1, 5), sinks=sink_lists)
    def append_and_crash_before_the_commit(self, accepted: int, sinks: list[str]) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        self._write(accepted, 0, 0)
        self.crash(sinks)

    def _write(self, accepted: int, rejected: int, duplicate: int) -> None:
        group = Group(since=0)
        future = asyncio.Future(loop=self.loop)
        frame = FRAMES if accepted else b""
        group.add(Waiting(frame, tally(accepted, rejected, duplicate), ANYBODY, future))
        group.write(self.db, 1.0, MOST_BYTES)

    @rule(data=st.data())
    def set_out(self, data: st.DataObject) -> None:
        sink = data.draw(st.sampled_from(self.sinks))
        batch = backlog.next_batch(self.db, sink)
        if batch:
            self.in_flight[sink] = batch

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        sink = data.draw(st.sampled_from(sorted(self.in_flight)))
        batch = self.in_flight.pop(sink)
        bad = data.draw(st.integers(0, batch.events))
        aside = {("tags.added", "http_400"): bad} if bad else {}
        backlog.settle(self.db, sink, batch, Receipt(batch.events - bad, aside))

    @rule(share=st.floats(0, 1))
    def expire(self, share: float) -> None:
        (last,) = self.db.execute("SELECT last_seq FROM state").fetchone()
        with files.transaction(self.db):
            rows.expire(self.db, int(last * share))

    @rule(sinks=sink_lists)
    def crash(self, sinks: list[str]) -> None:
        """Go on with the files as they are now, which is what `kill -9` leaves."""
        left_behind = self.data_dir
        self.data_dir = Path(shutil.copytree(left_behind, Path(tempfile.mkdtemp()) / "data"))
        self._close()
        shutil.rmtree(left_behind)
        self._open(sinks)

    @rule(sinks=sink_lists)
    def restart(self, sinks: list[str]) -> None:
        self._close()
        self._open(sinks)

    @invariant()
    def the_equations_hold(self) -> None:
        found = ledger.read(self.data_dir)
        assert found.balanced, list(found.explain())
        assert self.received == found.received

    @invariant()
    def no_number_is_negative(self) -> None:
        for sink in ledger.read(self.data_dir).sinks:
            numbers = (sink.delivered, sink.pending, sink.expired, sink.undeliverable)
            assert min(numbers) >= 0, sink

    @invariant()
    def the_size_is_that_of_the_rows(self) -> None:
        with closing(files.connect_read_only(files.path(self.data_dir))) as db:
            (counted,) = db.execute("SELECT bytes FROM state").fetchone()
            (held,) = db.execute("SELECT coalesce(sum(length(frames)), 0) FROM row").fetchone()
        assert held == counted
        assert held <= MOST_BYTES

    def _close(self) -> None:
        self.db.close()
        self.lock.close()

    def teardown(self) -> None:
        self._close()
        shutil.rmtree(self.data_dir)


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)


def test_an_event_that_vanished_shows_as_lost() -> None:
    """The check is one that can fail: a row that is not accounted for breaks the equation."""
    data_dir = Path(tempfile.mkdtemp())
    lock = open_outbox(data_dir, ["logs"])
    with closing(files.connect(files.path(data_dir), durable=False)) as db:
        rows.add(db, 1.0, 7, FRAMES)
        db.execute("DELETE FROM row")
    found = ledger.read(data_dir)
    assert (False, 7) == (found.balanced, found.sinks[0].lost)
    assert "logs: accepted 7 = delivered 0 + pending 0 + expired 0 + undeliverable 0 + lost 7" in (
        list(found.explain())
    )
    lock.close()
    shutil.rmtree(data_dir)
