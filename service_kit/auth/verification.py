# SPDX-License-Identifier: Apache-2.0
"""Asks who is calling without holding up the loop, nor anything else that needs threads."""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from service_kit.auth.authenticator import Authenticator
from service_kit.auth.caller import Caller, Credential
from service_kit.auth.refusals import RefusalBudget
from service_kit.host import CONNECTIONS
from service_kit.http.problem import Unavailable

_MOST_WAITING: Final = 128
"""Questions at a time; at the host's worst, two seconds each, the last waits for 16."""


class Verification:
    """Asks an authenticator on threads of its own: once per credential, however many wait."""

    def __init__(self, authenticator: Authenticator, budget: RefusalBudget | None = None) -> None:
        self._authenticator = authenticator
        self._budget = budget
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="verify")
        self._asked: dict[bytes, asyncio.Future[Caller]] = {}

    async def verify(self, credential: Credential, address: str = "") -> Caller:
        """Return the caller; raise what the authenticator does, or `Unavailable` in a crowd.

        Raises `TooManyRequests` where the address it comes from has no budget left.
        """
        key = credential.fingerprint()
        answer = self._asked.get(key) or self._ask(key, credential, address)
        return await asyncio.shield(answer)  # whoever leaves takes no answer from the others

    def verify_now(self, credential: Credential, address: str) -> Caller:
        """Do the same on this thread."""
        if self._budget is None:
            return self._authenticator.verify(credential)
        return self._budget.ask(address, self._authenticator.verify, credential)

    def _ask(self, key: bytes, credential: Credential, address: str) -> asyncio.Future[Caller]:
        if self._budget:
            self._budget.check(address)  # before it takes a place from others
        if len(self._asked) >= _MOST_WAITING:
            raise Unavailable(retry_after=1)
        run, loop = contextvars.copy_context().run, asyncio.get_running_loop()
        answer = loop.run_in_executor(self._threads, run, self.verify_now, credential, address)
        self._asked[key] = answer
        answer.add_done_callback(lambda _: self._asked.pop(key))
        return answer
