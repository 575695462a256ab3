# SPDX-License-Identifier: Apache-2.0
"""Events that no browser session can send, by OpenTelemetry's own Python SDK.

Nothing here is Telesift's: any OpenTelemetry client may send catalogued events to the processor.
"""

import time
from importlib.metadata import version
from typing import Final
from uuid import uuid4

from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource

_TIMEOUT_SECONDS: Final = 4
"""For an export and its repetitions: the vault's end waits for the last one."""


class ServerEvents:
    """Sends events on a thread of its own: a request never waits for telemetry."""

    def __init__(self, processor_url: str, service_token: str) -> None:
        exporter = OTLPLogExporter(
            endpoint=f"{processor_url}/v1/logs",
            headers={"Authorization": f"Bearer {service_token}"},
            timeout=_TIMEOUT_SECONDS,
        )
        resource = Resource(
            {"service.name": "prompt-vault", "service.version": version("telesift")}
        )
        provider = LoggerProvider(resource=resource)
        provider.add_log_record_processor(
            BatchLogRecordProcessor(exporter, schedule_delay_millis=1000)
        )
        self._logger = provider.get_logger("prompt_vault")

    def emit(self, event: str, **attributes: str) -> None:
        """Send an event of the catalog; it belongs to the trace of the current request."""
        record = LogRecord(
            event_name=event,
            timestamp=time.time_ns(),
            attributes=attributes | {"log.record.uid": str(uuid4())},  # so that a retry is safe
        )
        self._logger.emit(record)
