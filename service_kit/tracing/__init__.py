# SPDX-License-Identifier: Apache-2.0
"""Traces: `configure` once at start, `TraceMiddleware` in the app, `span` and `traced` anywhere."""

import os
from collections.abc import Mapping

from opentelemetry import trace

from service_kit import otlp
from service_kit.tracing.ids import SpanIds, current_span_context, current_trace_id, trace_headers
from service_kit.tracing.middleware import TraceMiddleware
from service_kit.tracing.spans import error_type, span, traced

__all__ = [
    "SpanIds",
    "TraceMiddleware",
    "configure",
    "current_span_context",
    "current_trace_id",
    "error_type",
    "span",
    "trace_headers",
    "traced",
]


def configure(service_name: str, environ: Mapping[str, str] = os.environ) -> None:
    """Export spans by OTLP over HTTP where the standard OTEL_* variables name an endpoint.

    Call it once in each worker process, after the fork: a thread sends the spans.
    """
    if not otlp.is_exported("TRACES", environ):
        return
    # Only imported where used: the exporter brings protobuf and an HTTP client along.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=otlp.resource(service_name))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
