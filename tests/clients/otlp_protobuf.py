# SPDX-License-Identifier: Apache-2.0
"""OTLP/JSON to OTLP protobuf by Google's own JSON mapping, to send one request both ways."""

import base64
import json
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest


def to_protobuf(body: bytes) -> bytes:
    """Translate an OTLP/JSON logs request; OTLP writes ids in hex where protobuf has base64."""
    request = json.loads(body, object_hook=_ids_to_base64)
    return bytes(ParseDict(request, ExportLogsServiceRequest()).SerializeToString())


def _ids_to_base64(message: dict[str, Any]) -> dict[str, Any]:
    for name in ("traceId", "spanId"):
        if name in message:
            message[name] = base64.b64encode(bytes.fromhex(message[name])).decode()
    return message
