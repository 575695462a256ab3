# SPDX-License-Identifier: Apache-2.0
"""`GET /telemetry/ledger`: where every event went, for analysts and for services."""

import asyncio
from typing import Final

from falcon import MEDIA_JSON
from falcon.asgi import Request, Response
from msgspec import json

from processors.delivery.outbox import Outbox
from service_kit.auth import Role


class LedgerResource:
    """The counts of all workers, as of one moment."""

    roles: Final = frozenset({Role.ANALYST, Role.SERVICE})

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def on_get(self, req: Request, resp: Response) -> None:
        """Answer with every column, and with what the equations say of them."""
        ledger = await asyncio.to_thread(self._outbox.ledger)
        resp.cache_control = ["no-store"]
        resp.content_type, resp.data = MEDIA_JSON, json.encode(ledger.report())
