# SPDX-License-Identifier: Apache-2.0
"""A relay's days: sinks that fail, hang and recover, and a stop that drains."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.delivery.outbox import backlog
from processors.delivery.outbox.batch import Batch
from processors.delivery.outbox.outbox import Outbox
from processors.delivery.relay import Backoff, Relay
from processors.delivery.sinks.sink import Retry
from tests.delivery.samples import Recorder, new_ids, open_outbox, store
from tests.services import wait_until


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """Open an outbox that owes to two sinks."""
    outbox = open_outbox(tmp_path, ["logs", "otlp"])
    yield outbox
    outbox.close()


def impatient() -> Backoff:
    """Wait next to nothing between tries."""
    return Backoff(uniform=lambda low, high: 0.001)


def pending(outbox: Outbox, name: str) -> int:
    """Return what a sink has not got, with the ledger in balance."""
    ledger = outbox.ledger()
    assert ledger.balanced, list(ledger.explain())
    return next(sink.pending for sink in ledger.sinks if sink.name == name)


def finish(*relays: Relay, grace_seconds: float = 10) -> None:
    """Stop relays and wait until they are gone."""
    for relay in relays:
        relay.stop(grace_seconds)
    for relay in relays:
        relay.join(20)
        assert not relay.is_alive()


def test_everything_stored_arrives_once(outbox: Outbox, tmp_path: Path) -> None:
    """Before it starts, while it runs, and what is left when it is stopped."""
    sink = Recorder()
    relay = Relay(tmp_path, sink)
    requests = [new_ids(3) for _ in range(6)]
    store(outbox, *requests[:2])
    relay.start()
    store(outbox, *requests[2:4])
    wait_until(lambda: len(sink.ids) == 12, 10, "delivery while it runs")
    store(outbox, *requests[4:])
    finish(relay)
    assert {uid: 1 for ids in requests for uid in ids} == dict(sink.ids)
    assert (0, True) == (pending(outbox, "logs"), sink.closed)


def test_a_sink_that_fails_is_offered_the_same_again(outbox: Outbox, tmp_path: Path) -> None:
    """A fault of any kind is met with another try; nothing is skipped, nothing counted early."""
    troubles: list[Exception] = [
        Retry("http_503", after_seconds=0.001),
        ConnectionError("text of somebody else's"),
        Retry("http_429"),
    ]

    def fail_thrice(batch: Batch) -> None:
        assert 2 == pending(outbox, "logs")
        if troubles:
            raise troubles.pop()

    sink = Recorder(before=fail_thrice)
    relay = Relay(tmp_path, sink, impatient())
    ids = new_ids(2)
    store(outbox, ids)
    relay.start()
    wait_until(lambda: pending(outbox, "logs") == 0, 10, "the sink to recover")
    finish(relay)
    assert dict.fromkeys(ids, 1) == dict(sink.ids)


def test_a_sink_that_hangs_delays_nobody(outbox: Outbox, tmp_path: Path) -> None:
    """The other sink gets its events while one waits for ever."""
    release = threading.Event()
    hanging = Recorder("otlp", before=lambda batch: release.wait(60) and None)
    lively = Recorder("logs")
    relays = [Relay(tmp_path, hanging), Relay(tmp_path, lively)]
    for relay in relays:
        relay.start()
    for count in (1, 2, 3):
        store(outbox, new_ids(1))
        wait_until(lambda wanted=count: len(lively.ids) == wanted, 10, "the lively sink")
    assert (0, 3) == (pending(outbox, "logs"), pending(outbox, "otlp"))
    release.set()
    finish(*relays)
    assert 0 == pending(outbox, "otlp")


def test_a_settlement_that_fails_is_repeated_without_delivering_again(
    outbox: Outbox, tmp_path: Path
) -> None:
    """A full disk must not flood the sinks with the same events."""
    failures = [sqlite3.OperationalError("database or disk is full")] * 3

    def fail_first(*args: object) -> None:
        if failures:
            raise failures.pop()
        backlog.settle(*args)  # type: ignore[arg-type]

    sink = Recorder()
    relay = Relay(tmp_path, sink, impatient(), settle=fail_first)
    ids = new_ids(2)
    store(outbox, ids)
    relay.start()
    wait_until(lambda: pending(outbox, "logs") == 0, 10, "the settlement")
    finish(relay)
    assert dict.fromkeys(ids, 1) == dict(sink.ids)


def test_a_stop_tries_a_failing_sink_at_most_once_more_and_then_ends(
    outbox: Outbox, tmp_path: Path
) -> None:
    """A restart does not wait for a sink that is away; its events wait on disk."""
    tries: list[Batch] = []

    def fail(batch: Batch) -> None:
        tries.append(batch)
        raise Retry("connection", after_seconds=300)

    relay = Relay(tmp_path, Recorder(before=fail))
    store(outbox, new_ids(1))
    relay.start()
    wait_until(lambda: len(tries) == 1, 10, "the first try")
    finish(relay, grace_seconds=60)
    assert 1 == pending(outbox, "logs")
    assert len(tries) in (1, 2)  # one, where the stop came before the pause


def test_a_stop_ends_at_its_grace_time(outbox: Outbox, tmp_path: Path) -> None:
    """More than can be delivered in time stays in the outbox."""
    store(outbox, new_ids(1))
    relay = Relay(tmp_path, Recorder())
    relay.stop(grace_seconds=0)
    relay.start()
    relay.join(20)
    assert not relay.is_alive()
    assert 1 == pending(outbox, "logs")


def test_what_other_workers_store_is_found_without_a_wake_up(
    outbox: Outbox, tmp_path: Path
) -> None:
    """Their commits ring no bell in this process."""
    sink = Recorder()
    relay = Relay(tmp_path, sink)
    relay.start()
    other_worker = open_outbox(tmp_path, ["logs", "otlp"])
    store(other_worker, new_ids(1))
    wait_until(lambda: len(sink.ids) == 1, 10, "the other worker's event")
    finish(relay)
    other_worker.close()
