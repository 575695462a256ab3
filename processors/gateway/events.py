# SPDX-License-Identifier: Apache-2.0
"""`POST /telemetry/events`: the plain JSON batch of 1-50 events."""

from typing import Any

from falcon import MEDIA_JSON
from falcon.asgi import Request, Response
from msgspec import json

from processors.gateway.body import media_type_of, read_body
from processors.gateway.intake import Intake
from processors.pipeline.plain import read_plain
from processors.pipeline.records import Batch, MalformedRequest
from processors.pipeline.verdicts import Verdicts
from service_kit.limits import EVENTS_PER_REQUEST
from service_kit.problem import BadRequest, UnsupportedMediaType
from service_kit.tracing import current_trace_id


class EventsResource:
    """Clients without an OpenTelemetry SDK post here."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def on_post(self, req: Request, resp: Response) -> None:
        """Answer 200 with counts and reasons, 400 with the same where nothing was acceptable."""
        self._intake.check_enabled(req.context.caller)
        if media_type_of(req) != MEDIA_JSON:
            raise UnsupportedMediaType("Send the batch as application/json.")
        verdicts = await self._intake.take(_batch(await read_body(req)), req.context.caller)
        if not verdicts.accepted:
            raise NothingAccepted(verdicts)
        resp.content_type = MEDIA_JSON
        resp.data = json.encode(answer_of(verdicts) | {"trace_id": current_trace_id()})


def _batch(body: bytes) -> Batch:
    try:
        batch = read_plain(body)
    except MalformedRequest:
        raise BadRequest(
            'The body is no JSON object with a list "events".', code="body_malformed"
        ) from None
    if not batch.records:
        raise BadRequest(f"Send 1-{EVENTS_PER_REQUEST} events.", code="batch_empty")
    return batch


def answer_of(verdicts: Verdicts) -> dict[str, Any]:
    """Give the counts, and a verdict for each rejected event in the order of the batch."""
    return {
        "accepted": len(verdicts.accepted),
        "rejected": len(verdicts.rejections),
        "rejections": verdicts.rejections,
    }


class NothingAccepted(BadRequest):
    """Every event of the batch was rejected; the answer says why, one by one."""

    code = "nothing_accepted"
    detail = "No event of the batch was acceptable."

    def __init__(self, verdicts: Verdicts) -> None:
        super().__init__()
        self.extensions = answer_of(verdicts)
