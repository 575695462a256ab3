# SPDX-License-Identifier: Apache-2.0
"""How many questions about unknown credentials one address may cause.

Refusals alone are counted: whoever is known, or signs in well, takes nothing from the budget.
"""

import threading
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any, Final, NamedTuple

from cachetools import LRUCache
from falcon import Request

from service_kit.auth.caller import Caller, Credential
from service_kit.http.problem import TooManyRequests, Unauthenticated

_MINUTE: Final = 60.0
_MOST_ADDRESSES: Final = 10_000
_SITE_BITS: Final = 64  # of an IPv6 address; the rest is one customer's to choose


class _Minute(NamedTuple):
    ends: float
    refused: int


class RefusalBudget:
    """So many refusals per minute for each address; at most 10,000 addresses are remembered."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._minutes: LRUCache[str, _Minute] = LRUCache(_MOST_ADDRESSES)

    def check(self, address: str) -> None:
        """Raise `TooManyRequests` where the address has used up its budget."""
        now = self._clock()
        with self._lock:
            minute = self._minutes.get(address)
        if minute and minute.refused >= self._per_minute and now < minute.ends:
            raise TooManyRequests(retry_after=max(1, ceil(minute.ends - now)))

    def ask(
        self, address: str, verify: Callable[[Credential], Caller], credential: Credential
    ) -> Caller:
        """Return what `verify` says, unless the budget is used up; count its refusal."""
        self.check(address)
        try:
            return verify(credential)
        except Unauthenticated:
            self._count(address)
            raise

    def _count(self, address: str) -> None:
        now = self._clock()
        with self._lock:
            minute = self._minutes.get(address)
            if minute is None or now >= minute.ends:
                minute = _Minute(now + _MINUTE, 0)
            self._minutes[address] = minute._replace(refused=minute.refused + 1)


def address_of(req: Request) -> str:
    """Return the network address at the other end of the connection.

    Never what a header says, unless the HTTP server itself trusts who sent it.
    """
    scope: dict[str, Any] | None = getattr(req, "scope", None)
    if scope is None:
        return _network(req.env.get("REMOTE_ADDR") or "")
    return _network((scope.get("client") or ("",))[0])


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""  # a socket of this machine: all of its callers are one
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((int(found), _SITE_BITS), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
