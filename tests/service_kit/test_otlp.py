# SPDX-License-Identifier: Apache-2.0
"""Export of the services' own traces and metrics: a real process, a real OTLP receiver."""

import subprocess
import sys
from collections.abc import Mapping

import falcon
import pytest
from falcon import Request, Response
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from service_kit.telemetry import export
from tests.service_kit.apps import listening

SERVICE = """
import falcon
from falcon.testing import TestClient
from service_kit import telemetry
from service_kit.telemetry import span
from service_kit.telemetry.requests import AccessLog, TraceMiddleware

telemetry.configure("telesift-test")
app = falcon.App(middleware=[TraceMiddleware(), AccessLog()])

class Copy:
    def on_get(self, req, resp):
        with span("vault.copy"):
            resp.text = "done"

app.add_route("/copy", Copy())
TestClient(app).simulate_get("/copy")
"""


class Receiver:
    """Keeps what is exported to it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def on_post(self, req: Request, resp: Response) -> None:
        self.bodies.append(req.bounded_stream.read())


def exported(**environ: str) -> tuple[list[bytes], list[bytes]]:
    """Run a service that serves one request and ends; return its traces and its metrics."""
    traces, metrics = Receiver(), Receiver()
    app = falcon.App()
    app.add_route("/v1/traces", traces)
    app.add_route("/v1/metrics", metrics)
    with listening(app) as url:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, **environ}
        subprocess.run([sys.executable, "-c", SERVICE], env=env, check=True, timeout=60)
    return traces.bodies, metrics.bodies


def named(resource: Resource) -> dict[str, str]:
    """Return a resource's attributes."""
    return {a.key: a.value.string_value for a in resource.attributes}


def test_spans_and_metrics_arrive_when_an_endpoint_is_set() -> None:
    """Also those of the last second: the exporter is flushed when the process ends."""
    traces, metrics = exported()
    (resource_spans,) = ExportTraceServiceRequest.FromString(b"".join(traces)).resource_spans
    resource = named(resource_spans.resource)
    assert "telesift-test" == resource["service.name"]
    assert resource["service.instance.id"], "two workers would overwrite each other's metrics"
    names = [found.name for scope in resource_spans.scope_spans for found in scope.spans]
    assert ["GET /copy", "vault.copy"] == sorted(names)
    (resource_metrics,) = ExportMetricsServiceRequest.FromString(b"".join(metrics)).resource_metrics
    found = [metric.name for scope in resource_metrics.scope_metrics for metric in scope.metrics]
    assert "http.server.request.duration" in found


def test_the_standard_variables_have_the_last_word() -> None:
    """The operator's name for the service, and the operator's sampler."""
    traces, _ = exported(OTEL_SERVICE_NAME="edge", OTEL_RESOURCE_ATTRIBUTES="team=web")
    (resource_spans,) = ExportTraceServiceRequest.FromString(b"".join(traces)).resource_spans
    assert {"service.name": "edge", "team": "web"}.items() <= named(resource_spans.resource).items()
    traces, _ = exported(OTEL_TRACES_SAMPLER="always_off", OTEL_METRICS_EXPORTER="none")
    assert [] == traces


@pytest.mark.parametrize(
    ("environ", "traces", "metrics"),
    [
        ({}, False, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}, True, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/v1/traces"}, True, False),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c/v1/metrics"}, False, True),
        ({"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://c/v1/logs"}, False, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "True"}, False, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_TRACES_EXPORTER": "none"}, False, True),
    ],
)
def test_nothing_is_exported_unless_asked_for(
    environ: Mapping[str, str], traces: bool, metrics: bool
) -> None:
    """An endpoint, for this signal or for all, that nothing switches off."""
    assert (traces, metrics) == (
        export.is_exported("TRACES", environ),
        export.is_exported("METRICS", environ),
    )
