# SPDX-License-Identifier: Apache-2.0
"""OTLP answers, in the encoding of the request.

Source: the OTLP specification, "OTLP/HTTP Response": a full success leaves `partialSuccess`
unset, a failure is a google.rpc.Status.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

from processors.pipeline.verdicts import Rejection, Verdicts

JSON: Final = "application/json"
PROTOBUF: Final = "application/x-protobuf"

# google.rpc.Code for each HTTP status that we answer with
_CODES: Final = {
    400: 3,  # INVALID_ARGUMENT
    401: 16,  # UNAUTHENTICATED
    403: 7,  # PERMISSION_DENIED
    404: 5,  # NOT_FOUND
    405: 12,  # UNIMPLEMENTED
    413: 3,  # INVALID_ARGUMENT
    415: 3,  # INVALID_ARGUMENT
    429: 8,  # RESOURCE_EXHAUSTED
    503: 14,  # UNAVAILABLE
}
_INTERNAL: Final = 13


def success(verdicts: Verdicts, encoding: str) -> bytes:
    """Answer a request of which something, or nothing at all to begin with, was accepted."""
    rejected, message = len(verdicts.rejections), rejection_summary(verdicts)
    if encoding == PROTOBUF:
        response = ExportLogsServiceResponse()
        if rejected:
            response.partial_success.rejected_log_records = rejected
            response.partial_success.error_message = message
        return response.SerializeToString()
    if not rejected:
        return b"{}"
    partial = {"rejectedLogRecords": str(rejected), "errorMessage": message}
    return msgspec.json.encode({"partialSuccess": partial})


def failure(status: int, message: str, encoding: str) -> bytes:
    """Answer a request that failed as a whole with a google.rpc.Status."""
    code = _CODES.get(status, _INTERNAL)
    if encoding == PROTOBUF:
        return bytes(Status(code=code, message=message).SerializeToString())
    return msgspec.json.encode({"code": code, "message": message})


def rejection_summary(verdicts: Verdicts) -> str:
    """Return which records were rejected and why, in catalog names and reason codes only."""
    listed = "; ".join(map(_describe, verdicts.rejections))
    return f"{len(verdicts.rejections)} of {verdicts.received} records rejected: {listed}"


def _describe(rejection: Rejection) -> str:
    names: Sequence[str] = [n for n in (rejection.event, rejection.attribute) if n]
    where = f" ({' '.join(names)})" if names else ""
    return f"#{rejection.index} {rejection.reason}{where}"
