# SPDX-License-Identifier: Apache-2.0
"""Metrics: `configure` once at start; each service makes its own instruments."""

import os
from collections.abc import Mapping

from opentelemetry import metrics

from service_kit import otlp


def configure(service_name: str, environ: Mapping[str, str] = os.environ) -> None:
    """Export metrics by OTLP over HTTP where the standard OTEL_* variables name an endpoint.

    Elsewhere every instrument is a no-op.
    Call it once in each worker process, after the fork: a thread sends the metrics.
    """
    if not otlp.is_exported("METRICS", environ):
        return
    # Only imported where used: the exporter brings protobuf and an HTTP client along.
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    metrics.set_meter_provider(MeterProvider([reader], resource=otlp.resource(service_name)))
