# SPDX-License-Identifier: Apache-2.0
"""Starts deliveries with the worker, and ends them with it."""

import asyncio
from typing import Any

from processors.delivery.dispatch import Dispatch
from processors.delivery.outbox import Outbox

_GRACE_SECONDS = 10  # what is not delivered by then stays in the outbox for the next start


class Lifespan:
    """Falcon calls it when the worker's event loop starts, and when it ends."""

    def __init__(self, outbox: Outbox, dispatch: Dispatch) -> None:
        self._outbox = outbox
        self._dispatch = dispatch

    async def process_startup(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        """Begin to deliver, also what an earlier process left behind."""
        self._dispatch.start()

    async def process_shutdown(self, scope: dict[str, Any], event: dict[str, Any]) -> None:
        """Deliver for as long as the grace time lasts, then let go of the outbox."""
        await asyncio.to_thread(self._dispatch.stop, _GRACE_SECONDS)
        self._outbox.close()
