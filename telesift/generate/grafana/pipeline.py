# SPDX-License-Identifier: Apache-2.0
"""The pipeline: what comes in, what is refused and why, what waits, what the collector does."""

from collections.abc import Sequence

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Panel

from telesift.generate.grafana.panels import (
    PROMETHEUS,
    add_row,
    chosen,
    figure,
    graph,
    new_dashboard,
)

Panels = Sequence[Builder[Panel]]


def dashboard() -> Dashboard:
    """Make the dashboard over Prometheus."""
    new = new_dashboard("Telesift: pipeline", "telesift-pipeline", "From the request to the sinks.")
    new.time("now-6h", "now").refresh("1m").with_variable(chosen(PROMETHEUS))
    add_row(new, "Intake", _intake())
    add_row(new, "Requests", _requests())
    add_row(new, "Outbox and sinks", _outbox())
    add_row(new, "Collector", (*_collector_records(), *_collector_whitelist()))
    return new


def _intake() -> Panels:
    accepted, rejected = "telesift_events_accepted_total", "telesift_events_rejected_total"
    return (
        graph(
            "Events by verdict",
            "What clients sent, judged against the catalog.",
            (f"sum({_rate(accepted)})", "accepted"),
            (f"sum({_rate(rejected)})", "rejected"),
            unit=units.EventsPerSecond,
        ),
        graph(
            "Accepted by event",
            "Names are the catalog's.",
            (f"sum by (event) ({_rate(accepted)})", "{{event}}"),
            unit=units.EventsPerSecond,
        ),
        graph(
            "Rejected by event and reason",
            "The event is empty where it is not catalogued.",
            (f"sum by (event, reason) ({_rate(rejected)})", "{{event}} {{reason}}"),
            unit=units.EventsPerSecond,
        ),
    )


def _requests() -> Panels:
    seconds, size = "http_server_request_duration_seconds", "telesift_batch_size_bucket"
    by_job = f"sum by (job, le) ({_rate(f'{seconds}_bucket')})"
    sizes = f"sum by (le) ({_rate(size)})"
    return (
        graph(
            "Requests by service and status",
            "503 is ours: the disk, the outbox, the database or the host's /me.",
            (
                f"sum by (job, http_response_status_code) ({_rate(f'{seconds}_count')})",
                "{{job}} {{http_response_status_code}}",
            ),
            unit=units.RequestsPerSecond,
        ),
        graph(
            "Latency by service",
            "95 and 99 of 100 requests are faster.",
            (f"histogram_quantile(0.95, {by_job})", "{{job}} p95"),
            (f"histogram_quantile(0.99, {by_job})", "{{job}} p99"),
            unit=units.Seconds,
            limit=0.1,
        ),
        graph(
            "Events per request",
            "Clients that batch well are cheap; 50 is the most.",
            (f"histogram_quantile(0.5, {sizes})", "p50"),
            (f"histogram_quantile(0.95, {sizes})", "p95"),
        ),
    )


def _outbox() -> Panels:
    return (
        graph(
            "Waiting by sink",
            "Stored and not yet delivered.",
            ("sum by (sink) (telesift_outbox_pending)", "{{sink}}"),
            width=12,
        ),
        graph(
            "Bounds used",
            "At 100 % the oldest events expire.",
            ("max by (bound) (telesift_outbox_fill_ratio)", "{{bound}}"),
            unit=units.PercentUnit,
            limit=0.8,
            width=12,
        ),
        graph(
            "Failing sinks",
            "Deliveries that failed since the last that worked; the log says why.",
            ("max by (sink) (telesift_sink_failures)", "{{sink}}"),
        ),
        graph(
            "Missed events by sink",
            "Since the outbox was made: expired, lost, or undeliverable for a reason.",
            ("sum by (sink, reason) (telesift_events_missed)", "{{sink}} {{reason}}"),
        ),
        figure(
            "Due again in",
            "Below zero: retention is late.",
            ("max by (name) (telesift_job_due_seconds) - time()", "{{name}}"),
            units.DurationSeconds,
        ),
    )


def _collector_records() -> Panels:
    return (
        graph(
            "Records received and refused",
            "A refused record stays in the outbox and comes again.",
            (f"sum({_rate('otelcol_receiver_accepted_log_records')})", "received"),
            (f"sum({_rate('otelcol_receiver_refused_log_records')})", "refused"),
            (f"sum({_rate('otelcol_receiver_failed_log_records')})", "failed"),
            unit=units.EventsPerSecond,
        ),
        graph(
            "Records exported",
            "By exporter; a queue stands before each but the file's.",
            (
                f"sum by (exporter) ({_rate('otelcol_exporter_sent_log_records')})",
                "{{exporter}}",
            ),
            unit=units.EventsPerSecond,
        ),
        graph(
            "Queues used",
            "A full queue pushes back to the processor, which keeps the events.",
            (
                "max by (exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)",
                "{{exporter}}",
            ),
            unit=units.PercentUnit,
            limit=0.5,
        ),
    )


def _collector_whitelist() -> Panels:
    return (
        graph(
            "Admitted by the collector, by event",
            "What the collector's whitelist let through.",
            (f"sum by (event_name) ({_rate('telesift_collector_events_total')})", "{{event_name}}"),
            unit=units.EventsPerSecond,
        ),
        graph(
            "Dropped by the collector's whitelist",
            "More than none: processor and collector run different catalogs, or one is passed by.",
            (f"sum({_rate('otelcol_processor_filter_logs_filtered')})", "dropped"),
            unit=units.EventsPerSecond,
        ),
        graph(
            "Memory",
            "Near OTELCOL_MEMORY_MIB it answers 503.",
            ("sum by (instance) (otelcol_process_memory_rss)", "{{instance}}"),
            unit=units.BytesIEC,
        ),
    )


def _rate(counter: str) -> str:
    return f"rate({counter}[$__rate_interval])"
