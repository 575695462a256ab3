# SPDX-License-Identifier: Apache-2.0
"""What `append` promises, and what it says when it cannot keep the promise."""

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from processors.delivery.outbox import file as files
from processors.delivery.outbox.events import events
from processors.delivery.outbox.ledger import Tally
from processors.delivery.outbox.outbox import OutboxUnavailable, StorageFault
from tests.delivery.samples import ANYBODY, append, frame, new_ids, open_outbox, store, tally


def stored_ids(data_dir: Path) -> list[str]:
    """Return the ids in the outbox, oldest first."""
    with closing(files.connect_read_only(files.path(data_dir))) as db:
        rows = db.execute("SELECT frames FROM row ORDER BY seq").fetchall()
    return [event.id for (frames,) in rows for event in events(frames)]


def test_what_was_appended_is_there_after_reopening(tmp_path: Path) -> None:
    """An event that was taken is still there in the next process."""
    ids = new_ids(3)
    outbox = open_outbox(tmp_path)
    store(outbox, ids)
    outbox.close()
    assert ids == stored_ids(tmp_path)
    open_outbox(tmp_path).close()
    assert ids == stored_ids(tmp_path)


def test_requests_that_wait_together_become_one_row(tmp_path: Path) -> None:
    """One commit, and so one wait for the disk, serves all of them."""
    requests = [new_ids(2) for _ in range(10)]
    outbox = open_outbox(tmp_path)
    store(outbox, *requests)
    assert (1, 20) == (outbox.status().rows, outbox.status().events)
    assert [uid for ids in requests for uid in ids] == stored_ids(tmp_path)
    outbox.close()


def test_a_row_never_holds_more_requests_than_a_sink_should_take_at_once(tmp_path: Path) -> None:
    """A burst is spread over rows, in one commit all the same."""
    outbox = open_outbox(tmp_path)
    store(outbox, *(new_ids(1) for _ in range(70)))
    assert (3, 70) == (outbox.status().rows, outbox.status().events)
    outbox.close()


def test_a_request_without_accepted_events_only_counts(tmp_path: Path) -> None:
    """Rejections are in the ledger, and nothing of them is on disk."""
    outbox = open_outbox(tmp_path)
    asyncio.run(outbox.append(b"", tally(accepted=0, rejected=2, duplicate=1), ANYBODY))
    ledger = outbox.ledger()
    assert (3, 1, 2) == (ledger.received, ledger.duplicate, ledger.rejected[0].count)
    assert 0 == outbox.status().rows
    assert ledger.balanced
    outbox.close()


@pytest.mark.parametrize(("data", "numbers"), [(b"", tally(1)), (frame(["a"]), tally(0, 1))])
def test_a_frame_and_its_tally_belong_together(tmp_path: Path, data: bytes, numbers: Tally) -> None:
    """Events that are not counted, or counted and not there, are a fault of ours."""
    outbox = open_outbox(tmp_path)
    with pytest.raises(ValueError, match="a frame holds the accepted events"):
        asyncio.run(outbox.append(data, numbers, ANYBODY))
    outbox.close()


def test_past_the_bound_the_oldest_rows_expire_and_are_counted(tmp_path: Path) -> None:
    """New events are stored; what had to go shows in the ledger of every sink."""
    requests = [new_ids(1) for _ in range(10)]
    outbox = open_outbox(tmp_path, ["logs", "otlp"], max_bytes=4 * len(frame(requests[0])) + 100)
    for ids in requests:
        store(outbox, ids)
    kept = stored_ids(tmp_path)
    assert [uid for ids in requests for uid in ids][-len(kept) :] == kept
    assert len(kept) < 10
    for sink in outbox.ledger().sinks:
        assert (10, len(kept), 10 - len(kept)) == (sink.accepted, sink.pending, sink.expired)
    assert outbox.health() is None
    outbox.close()


def test_a_group_larger_than_the_whole_outbox_is_refused(tmp_path: Path) -> None:
    """It answers 503 with Retry-After, counts nothing, and readiness says why."""
    outbox = open_outbox(tmp_path, max_bytes=10)
    with pytest.raises(OutboxUnavailable) as caught:
        store(outbox, new_ids(1))
    assert (StorageFault.OUTBOX_FULL, "5") == (
        caught.value.fault,
        caught.value.headers["Retry-After"],
    )
    assert StorageFault.OUTBOX_FULL == outbox.health()
    assert 0 == outbox.ledger().received
    outbox.close()


def test_a_group_waits_while_another_process_writes(tmp_path: Path) -> None:
    """A short lock costs a moment, not a 503; the event loop goes on meanwhile."""
    outbox = open_outbox(tmp_path)
    ids = new_ids(2)

    async def scenario() -> None:
        with closing(files.connect(files.path(tmp_path), durable=False)) as other:
            with files.transaction(other):
                waiting = asyncio.create_task(append(outbox, ids))
                await asyncio.sleep(0.02)
                assert not waiting.done()
            await waiting

    asyncio.run(scenario())
    assert ids == stored_ids(tmp_path)
    outbox.close()


def test_a_lock_that_stays_is_answered_and_overcome(tmp_path: Path) -> None:
    """All who wait get their 503, readiness goes red, and both recover by themselves."""
    outbox = open_outbox(tmp_path, locked_seconds=0.05, probe_seconds=0)

    async def scenario() -> list[BaseException | None]:
        return await asyncio.gather(
            *(append(outbox, new_ids(1)) for _ in range(3)), return_exceptions=True
        )

    with closing(files.connect(files.path(tmp_path), durable=False)) as other:
        with files.transaction(other):
            outcomes = asyncio.run(scenario())
        troubles = [o.fault for o in outcomes if isinstance(o, OutboxUnavailable)]
        assert [StorageFault.OUTBOX_LOCKED] * 3 == troubles
    assert outbox.health() is None
    store(outbox, new_ids(1))
    assert (1, True) == (outbox.ledger().received, outbox.ledger().balanced)
    outbox.close()


def test_a_client_that_went_away_does_not_disturb_its_neighbours(tmp_path: Path) -> None:
    """Its events are stored all the same: it may have seen nothing of what happened."""
    outbox = open_outbox(tmp_path)
    gone, stays = new_ids(1), new_ids(1)

    async def scenario() -> None:
        leaver = asyncio.create_task(append(outbox, gone))
        stayer = asyncio.create_task(append(outbox, stays))
        await asyncio.sleep(0)
        leaver.cancel()
        await stayer

    asyncio.run(scenario())
    assert gone + stays == stored_ids(tmp_path)
    outbox.close()


def test_closing_commits_who_still_waits(tmp_path: Path) -> None:
    """A stop between a request and its commit loses nothing."""
    outbox = open_outbox(tmp_path)
    ids = new_ids(1)

    async def scenario() -> None:
        waiting = asyncio.create_task(append(outbox, ids))
        await asyncio.sleep(0)
        outbox.close()
        await waiting

    asyncio.run(scenario())
    assert ids == stored_ids(tmp_path)


def test_the_couriers_hear_of_every_commit(tmp_path: Path) -> None:
    """Delivery begins at once, not at the next look."""
    heard: list[int] = []
    outbox = open_outbox(tmp_path, on_stored=lambda: heard.append(1))
    store(outbox, new_ids(1))
    assert [1] == heard
    outbox.close()


def test_nobody_else_can_read_the_files(tmp_path: Path) -> None:
    """Events are pseudonymous, not public."""
    outbox = open_outbox(tmp_path)
    store(outbox, new_ids(1))
    folder = files.folder(tmp_path)
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert {"outbox.db", "outbox.db-wal", "outbox.db-shm", "open.lock"} == set(modes)
    assert {0o600} == set(modes.values())
    outbox.close()


def test_a_sink_is_owed_what_is_stored_after_it_joined(tmp_path: Path) -> None:
    """Adding a sink does not flood it with the past."""
    outbox = open_outbox(tmp_path, ["logs"])
    store(outbox, new_ids(3))
    outbox.close()
    outbox = open_outbox(tmp_path, ["logs", "otlp"])
    store(outbox, new_ids(2))
    assert {"logs": 5, "otlp": 2} == {s.name: s.pending for s in outbox.ledger().sinks}
    assert outbox.ledger().balanced
    outbox.close()


def test_what_a_sink_that_left_had_not_got_is_expired(tmp_path: Path) -> None:
    """None would fetch it, so it must not hold the others' rows; coming back starts afresh."""
    outbox = open_outbox(tmp_path, ["logs", "otlp"])
    store(outbox, new_ids(3))
    outbox.close()
    outbox = open_outbox(tmp_path, ["logs"])
    store(outbox, new_ids(1))
    outbox.close()
    outbox = open_outbox(tmp_path, ["logs", "otlp"])
    store(outbox, new_ids(1))
    logs, otlp = outbox.ledger().sinks
    assert (5, 5, 0) == (logs.accepted, logs.pending, logs.expired)
    assert (4, 1, 3) == (otlp.accepted, otlp.pending, otlp.expired)
    assert outbox.ledger().balanced
    outbox.close()


def test_an_outbox_of_a_newer_telesift_is_left_alone(tmp_path: Path) -> None:
    """Going back a version must not destroy what the newer one wrote."""
    open_outbox(tmp_path).close()
    with closing(sqlite3.connect(files.path(tmp_path))) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(files.UnknownVersion):
        open_outbox(tmp_path)


def test_a_disk_that_refuses_is_named_at_the_start(tmp_path: Path) -> None:
    """The start fails with a reason, not with a traceback of the database's."""
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with pytest.raises(OutboxUnavailable) as caught:
        open_outbox(tmp_path, max_bytes=1000)
    assert StorageFault.DISK_ERROR == caught.value.fault
