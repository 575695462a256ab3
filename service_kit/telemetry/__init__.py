# SPDX-License-Identifier: Apache-2.0
"""What a service tells about itself: `configure` once at start, `span` and `traced` anywhere.

Logs are `service_kit.telemetry.logs`'s.
"""

import os
from collections.abc import Mapping

from service_kit.telemetry import export
from service_kit.telemetry.spans import (
    SpanIds,
    current_span_context,
    current_trace_id,
    error_type,
    span,
    trace_headers,
    traced,
)

__all__ = [
    "SpanIds",
    "configure",
    "current_span_context",
    "current_trace_id",
    "error_type",
    "span",
    "trace_headers",
    "traced",
]


def configure(service_name: str, environ: Mapping[str, str] = os.environ) -> None:
    """Export spans and metrics where the standard OTEL_* variables name an endpoint.

    Call it once in each worker process, after the fork: threads send them.
    """
    export.export_spans(service_name, environ)
    export.export_metrics(service_name, environ)
