# SPDX-License-Identifier: Apache-2.0
"""What the processor answers, one class per path."""

import asyncio
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Final

import falcon
from falcon import HTTP_304, MEDIA_JSON
from falcon.asgi import Request, Response
from msgspec import json, structs

from processors.catalog.model import Catalog
from processors.delivery.outbox.outbox import Outbox
from processors.gateway import otlp
from processors.gateway.intake import Intake
from processors.gateway.messages import (
    BatchAnswer,
    CatalogVersion,
    Config,
    Counts,
    Flags,
    Limits,
    NothingAccepted,
)
from processors.gateway.protobuf import PROTOBUF, read_protobuf
from processors.gateway.settings import ProcessorSettings
from processors.limits import EVENTS_PER_REQUEST, RECORDS_PER_REQUEST
from processors.pipeline.envelope import Envelope
from processors.pipeline.otlp import JSON, read_json
from processors.pipeline.plain import read_plain
from processors.pipeline.records import Batch, MalformedRequest
from service_kit.auth import Role
from service_kit.flags import Flag
from service_kit.http.body import media_type_of, read_body, require_json
from service_kit.http.problem import BadRequest, Problem, UnsupportedMediaType
from service_kit.telemetry import current_trace_id

SENT_AT: Final = "Telesift-Sent-At"
"""The header in which a client says what time it was by its clock when it sent a request."""

_MOST_DIGITS: Final = 16
_CONFIG_SECONDS: Final = 60  # how long a flag may take to reach a page


class LogsResource:
    """`POST /v1/logs`: OTLP logs over HTTP, JSON or protobuf, from stock OpenTelemetry clients."""

    def __init__(self, intake: Intake, catalog: Catalog, flag: Flag) -> None:
        self._intake = intake
        self._readers = {
            otlp.JSON: partial(read_json, envelope=Envelope(catalog, JSON)),
            otlp.PROTOBUF: partial(read_protobuf, envelope=Envelope(catalog, PROTOBUF)),
        }
        self.flag = flag

    async def on_post(self, req: Request, resp: Response) -> None:
        """Answer 200 with `partialSuccess` where some records were refused, 400 where all were."""
        encoding = _encoding_of(req)
        async with self._intake.counting_refusals(req.context.caller):
            batch = _read(self._readers[encoding], await read_body(req))
        verdicts = await self._intake.take(
            batch, req.context.caller, RECORDS_PER_REQUEST, _sent_ms(req)
        )
        if verdicts.rejections and not verdicts.accepted:
            raise BadRequest(otlp.rejection_summary(verdicts), code="nothing_accepted")
        resp.content_type, resp.data = encoding, otlp.success(verdicts, encoding)


def _sent_ms(req: Request) -> int | None:
    """Return when the client says it sent the request, in milliseconds since 1970."""
    text = req.get_header(SENT_AT) or ""
    return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else None


def _read(reader: Callable[[bytes], Batch], body: bytes) -> Batch:
    try:
        return reader(body)
    except MalformedRequest as error:
        raise BadRequest(error.detail, code=error.code) from None


def _encoding_of(req: Request) -> str:
    """Return the OTLP encoding of a request, which is also that of its answer."""
    media_type = media_type_of(req)
    if media_type not in (otlp.JSON, otlp.PROTOBUF):
        raise UnsupportedMediaType("Send OTLP as application/json or application/x-protobuf.")
    return media_type


def status_answer(req: falcon.Request, problem: Problem) -> tuple[str, bytes]:
    """Render a problem as a google.rpc.Status, in the request's encoding where it has one."""
    encoding = otlp.PROTOBUF if media_type_of(req) == otlp.PROTOBUF else otlp.JSON
    message = f"{problem.code}: {problem.detail}"
    return encoding, otlp.failure(problem.status, message, encoding)


class EventsResource:
    """`POST /telemetry/events`: the plain JSON batch, for clients without an OpenTelemetry SDK."""

    def __init__(self, intake: Intake, flag: Flag) -> None:
        self._intake = intake
        self.flag = flag

    async def on_post(self, req: Request, resp: Response) -> None:
        """Answer 200 with counts and reasons, 400 with the same where nothing was acceptable."""
        require_json(req)
        async with self._intake.counting_refusals(req.context.caller):
            batch = _read(read_plain, await read_body(req))
            if not batch.records:
                raise BadRequest(f"Send 1-{EVENTS_PER_REQUEST} events.", code="batch_empty")
        verdicts = await self._intake.take(
            batch, req.context.caller, EVENTS_PER_REQUEST, _sent_ms(req)
        )
        if not verdicts.accepted:
            raise NothingAccepted(verdicts)
        counts = structs.asdict(Counts.of(verdicts))
        answer = BatchAnswer(**counts, trace_id=current_trace_id())
        resp.content_type, resp.data = MEDIA_JSON, json.encode(answer)


class ConfigResource:
    """`GET /telemetry/config`: the limits, the catalog's digest and the caller's flags.

    Clients read it once and never have to guess (DESIGN section 2, "Limits").
    """

    def __init__(self, settings: ProcessorSettings, catalog: Catalog) -> None:
        self._telemetry, self._psr = settings.features_telemetry, settings.features_psr
        self._limits = Limits(settings.rate_limit)
        self._catalog = CatalogVersion(catalog.digest, catalog.version)

    async def on_get(self, req: Request, resp: Response) -> None:
        """Answer with an ETag; 304 when the client already has this very answer."""
        owner = req.context.caller.user_id
        flags = Flags(self._telemetry.enabled_for(owner), self._psr.enabled_for(owner))
        body = json.encode(Config(self._limits, self._catalog, flags))
        tag = hashlib.sha256(body).hexdigest()[:32]
        resp.etag = tag
        resp.cache_control = ["private", f"max-age={_CONFIG_SECONDS}"]
        resp.vary = ["Authorization", "Cookie"]  # else the next user finds these flags
        if tag in (req.if_none_match or ()):
            resp.status = HTTP_304
            return
        resp.content_type, resp.data = MEDIA_JSON, body


class LedgerResource:
    """`GET /telemetry/ledger`: the counts of all workers, as of one moment."""

    roles: Final = frozenset({Role.ANALYST, Role.SERVICE})

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def on_get(self, req: Request, resp: Response) -> None:
        """Answer with every column, and with what the equations say of them."""
        ledger = await asyncio.to_thread(self._outbox.ledger)
        resp.cache_control = ["no-store"]
        resp.content_type, resp.data = MEDIA_JSON, json.encode(ledger)
