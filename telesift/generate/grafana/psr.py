# SPDX-License-Identifier: Apache-2.0
"""Ratings and events, by the same SQL as the analysts' own dashboard: over views only."""

from collections.abc import Sequence
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard, QueryVariable
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    Panel,
    VariableRefresh,
)

from dashboard import statements
from telesift.generate.grafana.panels import (
    POSTGRESQL,
    Sql,
    add_row,
    chosen,
    new_dashboard,
    sql_bars,
    sql_figures,
    sql_graph,
    sql_table,
)

Panels = Sequence[Builder[Panel]]

# `sqlstring` quotes a variable's value, whatever the page's address holds.
_VALUES: Final = {
    "since": "$__timeFrom()::date",
    "until": "$__timeTo()::date",
    "prompt_id": "nullif(${prompt:sqlstring}, 'all')::uuid",
    "version": "nullif(${version:sqlstring}, 'all')",
    "source": "nullif(${source:sqlstring}, 'all')",
    "step": "'hour'",
}

_CHOICES: Final = {
    "prompt": ("Prompt", "SELECT prompt_id::text FROM psr_analytics.prompts ORDER BY n DESC"),
    "version": (
        "Version",
        "SELECT DISTINCT version FROM psr_analytics.versions WHERE version IS NOT NULL ORDER BY 1",
    ),
    "source": ("Source", "SELECT source FROM psr_analytics.sources ORDER BY 1"),
}


def dashboard() -> Dashboard:
    """Make the dashboard over PostgreSQL; its login is a member of psr_analyst."""
    new = new_dashboard("Telesift: ratings", "telesift-psr", "Ratings of prompts, and events.")
    new.time("now-30d", "now").timezone("utc").with_variable(chosen(POSTGRESQL))
    for name, (label, query) in _CHOICES.items():
        new.with_variable(_choice(name, label, query))
    add_row(new, "Ratings", _ratings())
    add_row(new, "Prompts", _prompts())
    add_row(new, "Events", _events())
    return new


def _ratings() -> Panels:
    return (
        sql_figures(
            "In this period",
            "The interval holds the mean with 95 % confidence.",
            _sql(statements.SUMMARY),
            ("n", "owners", "mean", "mean_low", "mean_high", "top_box", "response_rate"),
        ),
        sql_graph(
            "Mean rating and its 95 % interval",
            "Days with too few people to show are left out.",
            _sql(statements.RATINGS),
            show=("day", "mean", "mean_low", "mean_high"),
        )
        .min(1)
        .max(5)
        .override_by_name("mean_high", [DynamicConfigValue("custom.fillBelowTo", "mean_low")]),
        sql_graph(
            "Ratings per day", "Also on small days.", _sql(statements.RATINGS), show=("day", "n")
        ),
        sql_bars("Stars", "How many of each.", _sql(statements.DISTRIBUTION), ("stars", "n")),
        sql_graph(
            "What became of the question",
            "Asked, answered, dismissed; the rest was left alone.",
            _sql(statements.RESPONSES),
            show=("day", "asked", "answered", "dismissed"),
        ),
    )


def _prompts() -> Panels:
    return (
        sql_table(
            "Prompts, the best first",
            "By the mean shrunk towards that of all: few ratings move it little.",
            _sql(statements.PROMPTS),
        ),
        sql_table("Versions", "Of the most rated prompts first.", _sql(statements.VERSIONS)),
    )


def _events() -> Panels:
    return (
        sql_graph(
            "Events per hour",
            "Without a gap also where the events themselves are gone.",
            _sql(statements.EVENTS, as_series=True),
        ),
        sql_table(
            "Latencies",
            "As clients measured them, in milliseconds.",
            _sql(statements.LATENCIES),
        ),
    )


def _choice(name: str, label: str, query: str) -> QueryVariable:
    """Offer the choice of one value, or of all."""
    every = f"SELECT 'all' UNION ALL ({query})"
    variable = QueryVariable(name).label(label).datasource(POSTGRESQL).query(every)
    return variable.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).multi(False)


def _sql(statement: str, *, as_series: bool = False) -> Sql:
    """Return a statement with Grafana's own names for its parameters."""
    return Sql(statement % _VALUES, as_series=as_series)
