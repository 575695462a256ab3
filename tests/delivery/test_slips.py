# SPDX-License-Identifier: Apache-2.0
"""What operators do to a running processor's data directory loses nothing in silence."""

import shutil
from pathlib import Path

import pytest

from processors.delivery.outbox import file
from processors.delivery.outbox.health import OutboxUnavailable, StorageFault
from processors.delivery.outbox.opening import SinksDiffer
from tests.delivery.samples import new_ids, open_outbox, store


def test_a_second_process_cannot_switch_off_the_sinks_of_the_first(tmp_path: Path) -> None:
    """It is refused with both lists and the ways out; the first one's sink is owed as before."""
    first = open_outbox(tmp_path, ["db"])
    for others in (["log"], ["db", "log"]):
        with pytest.raises(SinksDiffer, match=r"open for db, .*TELESIFT_DATA_DIR"):
            open_outbox(tmp_path, others)
    open_outbox(tmp_path, ["db"]).close()
    store(first, new_ids(3))
    assert [(sink.name, sink.pending) for sink in first.ledger().sinks] == [("db", 3)]
    first.close()
    open_outbox(tmp_path, ["log"]).close()  # one after the other is no slip


@pytest.mark.parametrize("slip", ["folder deleted", "file deleted", "another file", "moved"])
def test_an_outbox_that_is_gone_is_noticed(tmp_path: Path, slip: str) -> None:
    """Not one event more is acknowledged, readiness says why, and a restart begins anew."""
    outbox = open_outbox(tmp_path, probe_seconds=0)
    store(outbox, new_ids(2))
    path = file.path(tmp_path)
    if slip == "folder deleted":
        shutil.rmtree(path.parent)
    elif slip == "file deleted":
        path.unlink()
    elif slip == "another file":
        shutil.copy(path, path.with_name("copy"))
        path.with_name("copy").replace(path)
    else:
        path.parent.rename(tmp_path / "elsewhere")
    with pytest.raises(OutboxUnavailable) as caught:
        store(outbox, new_ids(1))
    assert caught.value.fault is outbox.health() is StorageFault.OUTBOX_GONE
    outbox.close()
    fresh = open_outbox(tmp_path)
    store(fresh, new_ids(1))
    fresh.close()
