# SPDX-License-Identifier: Apache-2.0
"""From a decoded batch to a kept promise: judge, store, count.

When `take` returns, what it accepted is on disk (ADR "durable outbox and what 200 means").
"""

import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from msgspec import structs

from processors.delivery.dedupe import Seen
from processors.delivery.outbox.frames import compress
from processors.delivery.outbox.health import OutboxUnavailable
from processors.delivery.outbox.ledger import Tally
from processors.delivery.outbox.outbox import Outbox
from processors.delivery.outbox.shares import Owner, owner
from processors.gateway.meters import Meters
from processors.limits import CLOCK_SKEW_SECONDS
from processors.pipeline.encode import encode_resource_logs
from processors.pipeline.envelope import with_correction
from processors.pipeline.identity import Identity
from processors.pipeline.judge import Context, judge
from processors.pipeline.records import Batch
from processors.pipeline.verdicts import Accepted, Verdicts
from processors.pipeline.whitelist import Whitelist
from service_kit.auth import Caller, Role
from service_kit.clock import steady_time_ns
from service_kit.http.problem import BadRequest, Problem
from service_kit.telemetry import current_span_context

_NS_PER_MS: Final = 1_000_000
_MINUTE_MS: Final = 60_000


def _uuid4() -> str:
    return str(uuid.uuid4())


class Intake:
    """Takes batches from both endpoints, `/v1/logs` and `/telemetry/events`."""

    def __init__(
        self,
        whitelist: Whitelist,
        outbox: Outbox,
        meters: Meters,
        *,
        clock_ns: Callable[[], int] = steady_time_ns,
    ) -> None:
        self._whitelist = whitelist
        self._outbox = outbox
        self._meters = meters
        self._seen = Seen()
        self._clock_ns = clock_ns

    async def take(
        self, batch: Batch, caller: Caller, most: int, sent_ms: int | None = None
    ) -> Verdicts:
        """Judge a batch and store what was accepted, durably, before returning.

        `sent_ms` is when the client says that it sent it, in milliseconds since 1970.

        Raises `BadRequest` for more than `most` records and `OutboxUnavailable` when nothing can
        be stored right now; then nothing of the batch was taken.
        """
        if len(batch.records) > most:
            await self._count(refused_whole(len(batch.records), "too_many_events"), caller)
            raise BadRequest(f"Send at most {most} events per request.", code="too_many_events")
        now_ns = self._clock_ns()
        if correction_ms := correction(sent_ms, now_ns // _NS_PER_MS):
            origins = [with_correction(origin, correction_ms) for origin in batch.origins]
            batch = structs.replace(batch, origins=origins)
        context = Context(now_ns, self._identity(caller), correction_ms * _NS_PER_MS)
        verdicts = judge(batch, self._whitelist, context)
        if verdicts.received:
            await self._store(verdicts, caller)
            self._meters.count(verdicts)
        return verdicts

    @asynccontextmanager
    async def counting_refusals(self, caller: Caller) -> AsyncIterator[None]:
        """Count a request that is refused unread by its code: its events are unknown."""
        try:
            yield
        except Problem as problem:
            await self._count(Tally(received=0, refused={problem.code: 1}), caller)
            raise

    async def _count(self, tally: Tally, caller: Caller) -> None:
        with suppress(OutboxUnavailable):  # the answer is the same where it cannot be counted
            await self._outbox.append(b"", tally, _owner(caller))

    def _identity(self, caller: Caller) -> Identity:
        """Say whose events these are, and which request brings them."""
        span = current_span_context()
        return Identity(
            caller.user_id,
            self._whitelist.admitted_session(caller.session_id),
            is_service=Role.SERVICE in caller.roles,
            trace_id=span.trace_id,
            span_id=span.span_id,
            new_uid=_uuid4,
        )

    async def _store(self, verdicts: Verdicts, caller: Caller) -> None:
        """Store what is new of the accepted: a retry of what we have is as good as delivered."""
        uids = [accepted.uid for accepted in verdicts.accepted]
        async with self._seen.reserve(caller.user_id, uids) as fresh:
            new = [
                accepted
                for accepted, is_new in zip(verdicts.accepted, fresh, strict=True)
                if is_new
            ]
            resource_logs = encode_resource_logs(verdicts.origins, new)
            frame = compress(resource_logs) if resource_logs else b""
            await self._outbox.append(frame, tally_of(verdicts, new), _owner(caller))


def _owner(caller: Caller) -> Owner:
    return owner(caller.user_id, is_service=Role.SERVICE in caller.roles)


def correction(sent_ms: int | None, now_ms: int) -> int:
    """Return what to add to a client's times, in milliseconds: 0 where its clock is near enough.

    In whole minutes: a retry that takes a little longer is corrected alike.
    """
    skew_ms = 0 if sent_ms is None else now_ms - sent_ms
    if abs(skew_ms) <= CLOCK_SKEW_SECONDS * 1000:
        return 0
    return round(skew_ms / _MINUTE_MS) * _MINUTE_MS


def refused_whole(received: int, reason: str) -> Tally:
    """Sum up a request whose events were counted, and not one of them looked at."""
    return Tally(received=received, rejected={("", reason): received})


def tally_of(verdicts: Verdicts, new: Sequence[Accepted]) -> Tally:
    """Sum up verdicts for the ledger; `new` are the accepted that were not taken before.

    What a client says it dropped is said again by its retry, and then not counted again.
    """
    duplicate = len(verdicts.accepted) - len(new)
    is_retry = duplicate > 0 and not new
    return Tally(
        received=verdicts.received,
        accepted=Counter(accepted.event for accepted in new),
        duplicate=duplicate,
        rejected=verdicts.rejected_by_reason(),
        client_dropped=0 if is_retry else verdicts.client_dropped,
        envelope_dropped=verdicts.envelope_dropped,
    )
