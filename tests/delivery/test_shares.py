# SPDX-License-Identifier: Apache-2.0
"""A crowded outbox: whoever sends most is refused before anybody else's events expire."""

import asyncio
import os
from pathlib import Path
from uuid import UUID

import pytest

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


async def store(outbox: Outbox, whose: Owner, size: int = 40_000) -> None:
    """Store one event of about so many bytes."""
    filler = os.urandom(size // 2).hex()
    await outbox.append(compress(resource_logs(new_ids(1), version=filler)), tally(1), whose)


def fill(outbox: Outbox, whose: Owner) -> int:
    """Store until refused or the outbox has been filled once; return how many bytes it took."""
    before = outbox.status().bytes
    for _ in range(100):
        try:
            asyncio.run(store(outbox, whose))
        except OutboxUnavailable as refusal:
            assert refusal.fault is StorageFault.OUTBOX_SHARE
            break
    return outbox.status().bytes - before


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

    async def together() -> list[BaseException | None]:
        calls = (store(outbox, whose) for whose in (FLOOD, OTHER, FLOOD, SERVICE))
        return await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in asyncio.run(together())] == [
        OutboxUnavailable,
        type(None),
        OutboxUnavailable,
        type(None),
    ]
    assert outbox.ledger().received == before + 2
    outbox.close()


def test_a_share_is_free_again_when_the_events_have_gone(tmp_path: Path) -> None:
    """Expired or erased, bytes count for nobody."""
    outbox = open_outbox(tmp_path, max_bytes=MIB)
    mine = owner(USER, is_service=False)
    asyncio.run(store(outbox, mine, 100_000))
    for _ in range(20):
        asyncio.run(store(outbox, ANYBODY))
    asyncio.run(store(outbox, mine, 100_000))
    with pytest.raises(OutboxUnavailable):
        asyncio.run(store(outbox, mine, 100_000))
    assert erase(tmp_path, UUID(USER)) == 2
    asyncio.run(store(outbox, mine, 100_000))
    for _ in range(30):
        asyncio.run(store(outbox, ANYBODY))
    asyncio.run(store(outbox, mine, 100_000))
    outbox.close()
