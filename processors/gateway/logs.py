# SPDX-License-Identifier: Apache-2.0
"""`POST /v1/logs`: OTLP logs over HTTP, JSON or protobuf."""

import falcon
from falcon.asgi import Request, Response

from processors.gateway import otlp_answer
from processors.gateway.body import media_type_of, read_body
from processors.gateway.intake import Intake
from processors.gateway.protobuf import to_json
from processors.pipeline.envelope import Envelope
from processors.pipeline.otlp import read_json
from processors.pipeline.records import Batch, MalformedRequest
from service_kit.problem import BadRequest, Problem, UnsupportedMediaType


class LogsResource:
    """Stock OpenTelemetry clients export here."""

    def __init__(self, intake: Intake, envelope: Envelope) -> None:
        self._intake = intake
        self._envelope = envelope

    async def on_post(self, req: Request, resp: Response) -> None:
        """Answer 200 with `partialSuccess` where some records were refused, 400 where all were."""
        self._intake.check_enabled(req.context.caller)
        encoding = encoding_of(req)
        verdicts = await self._intake.take(
            self._batch(await read_body(req), encoding), req.context.caller
        )
        resp.content_type = encoding
        if verdicts.rejections and not verdicts.accepted:
            raise BadRequest(otlp_answer.rejection_summary(verdicts), code="nothing_accepted")
        resp.data = otlp_answer.success(verdicts, encoding)

    def _batch(self, body: bytes, encoding: str) -> Batch:
        try:
            json = to_json(body) if encoding == otlp_answer.PROTOBUF else body
            return read_json(json, self._envelope)
        except MalformedRequest:
            raise BadRequest("The body is no OTLP logs request.", code="body_malformed") from None


def encoding_of(req: Request) -> str:
    """Give the OTLP encoding of a request, which is also that of its answer."""
    media_type = media_type_of(req)
    if media_type not in (otlp_answer.JSON, otlp_answer.PROTOBUF):
        raise UnsupportedMediaType("Send OTLP as application/json or application/x-protobuf.")
    return media_type


def status_answer(req: falcon.Request, problem: Problem) -> tuple[str, bytes]:
    """Render a problem as a google.rpc.Status, in the request's encoding where it has one."""
    is_protobuf = media_type_of(req) == otlp_answer.PROTOBUF
    encoding = otlp_answer.PROTOBUF if is_protobuf else otlp_answer.JSON
    message = f"{problem.code}: {problem.detail}"
    return encoding, otlp_answer.failure(problem.status, message, encoding)
