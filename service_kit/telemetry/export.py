# SPDX-License-Identifier: Apache-2.0
"""Whether a service exports its own traces and metrics, and under which name.

Where to, how often and how much is the OpenTelemetry SDK's matter, by its standard variables:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Literal
from uuid import uuid4

from opentelemetry import metrics, trace
from opentelemetry.sdk.resources import OTELResourceDetector, Resource

Signal = Literal["TRACES", "METRICS"]


def is_exported(signal: Signal, environ: Mapping[str, str]) -> bool:
    """Return whether an OTLP endpoint is set for this signal and nothing switches it off."""
    return (
        _has_endpoint(signal, environ)
        and environ.get("OTEL_SDK_DISABLED", "").strip().lower() != "true"
        and environ.get(f"OTEL_{signal}_EXPORTER", "otlp").strip().lower() != "none"
    )


def _has_endpoint(signal: Signal, environ: Mapping[str, str]) -> bool:
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")
    return any(environ.get(name) for name in names)


def resource(service_name: str) -> Resource:
    """Return the resource that names the service; OTEL_* variables take precedence."""
    ours = {
        "service.name": service_name,
        "service.version": version("telesift"),
        # Workers count each for themselves: without it their counts would overwrite each other.
        "service.instance.id": str(uuid4()),
    }
    return Resource.create(ours).merge(OTELResourceDetector().detect())


def export_spans(service_name: str, environ: Mapping[str, str]) -> None:
    """Export spans by OTLP over HTTP where the standard OTEL_* variables name an endpoint."""
    if not is_exported("TRACES", environ):
        return
    # Only imported where used: the exporter brings protobuf and an HTTP client along.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource(service_name))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def export_metrics(service_name: str, environ: Mapping[str, str]) -> None:
    """Export metrics likewise; elsewhere every instrument is a no-op."""
    if not is_exported("METRICS", environ):
        return
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    metrics.set_meter_provider(MeterProvider([reader], resource=resource(service_name)))
