# SPDX-License-Identifier: Apache-2.0
"""A crowded outbox: whoever sends most is refused before anybody else's events expire."""

import asyncio
import os
from pathlib import Path
from uuid import UUID

from processors.delivery.outbox.frames import compress
from processors.delivery.outbox.health import OutboxUnavailable, StorageFault
from processors.delivery.outbox.outbox import Outbox
from processors.delivery.outbox.owners import erase
from processors.delivery.outbox.shares import Owner, owner
from tests.delivery.samples import ANYBODY, USER, new_ids, open_outbox, resource_logs, tally

MIB = 1 << 20
FLOOD = owner("flood", is_service=False)
OTHER = owner("somebody else", is_service=False)
SERVICE = owner("a service", is_service=True)


async def store(outbox: Outbox, whose: Owner) -> int:
    """Store one event, and return how many bytes it took."""
    frame = compress(resource_logs(new_ids(1), version=os.urandom(20_000).hex()))
    await outbox.append(frame, tally(1), whose)
    return len(frame)


def fill(outbox: Outbox, whose: Owner) -> int:
    """Store until refused or the outbox has been filled once; return how many bytes it took."""
    taken = 0
    while taken < MIB:
        try:
            taken += asyncio.run(store(outbox, whose))
        except OutboxUnavailable as refusal:
            assert refusal.fault is StorageFault.OUTBOX_SHARE
            break
    return taken


def test_one_user_cannot_expire_the_events_of_others(tmp_path: Path) -> None:
    """Alone, a user fills half; then everybody else still gets a tenth, and nothing expires."""
    outbox = open_outbox(tmp_path, max_bytes=MIB)
    asyncio.run(store(outbox, OTHER))
    assert 0.4 * MIB < fill(outbox, FLOOD) <= 0.5 * MIB
    assert 0.05 * MIB < fill(outbox, OTHER) <= 0.1 * MIB
    assert fill(outbox, FLOOD) == 0
    assert sum(sink.expired for sink in outbox.ledger().sinks) == 0
    assert 0.4 * MIB < fill(outbox, SERVICE) <= 0.5 * MIB  # it speaks for many
    assert outbox.ledger().balanced
    assert outbox.health() is None
    outbox.close()


def test_a_refusal_concerns_nobody_else_in_the_commit(tmp_path: Path) -> None:
    """Requests that arrive together: those within their shares are stored."""
    outbox = open_outbox(tmp_path, max_bytes=MIB)
    fill(outbox, FLOOD)
    before = outbox.ledger().received

    async def together() -> list[int | BaseException]:
        calls = (store(outbox, whose) for whose in (FLOOD, OTHER, FLOOD, SERVICE))
        return await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in asyncio.run(together())] == [
        OutboxUnavailable,
        int,
        OutboxUnavailable,
        int,
    ]
    assert outbox.ledger().received == before + 2
    outbox.close()


def test_a_share_is_free_again_when_the_events_have_gone(tmp_path: Path) -> None:
    """Erased or expired, bytes count for nobody."""
    outbox = open_outbox(tmp_path, max_bytes=MIB)
    mine = owner(USER, is_service=False)
    fill(outbox, mine)
    assert erase(tmp_path, UUID(USER)) > 10
    assert fill(outbox, mine) > 0.4 * MIB
    for _ in range(60):
        asyncio.run(store(outbox, ANYBODY))
    assert fill(outbox, mine) > 0.05 * MIB
    outbox.close()
