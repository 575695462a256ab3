# SPDX-License-Identifier: Apache-2.0
"""Every PromQL expression of the dashboards and the alerts, and what each asks of a scrape."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, Final

import promql_parser as promql
import yaml

from tests.collector.running import FRAGMENTS

DASHBOARDS: Final = FRAGMENTS / "grafana" / "dashboards"
PROMETHEUS: Final = FRAGMENTS / "prometheus"
LABEL_IN_LEGEND: Final = re.compile(r"{{(\w+)}}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A metric that an expression asks for, with the labels and the values it relies on."""

    metric: str
    labels: frozenset[str]
    equal: tuple[tuple[str, str], ...]


def read(name: str) -> Any:
    """Read one of Prometheus' files."""
    return yaml.safe_load((PROMETHEUS / name).read_text("utf-8"))


def alerts() -> list[dict[str, Any]]:
    """Return every alert."""
    return [rule for group in read("alerts.yaml")["groups"] for rule in group["rules"]]


def panels(dashboard: str) -> list[dict[str, Any]]:
    """Return a dashboard's panels, without its headings."""
    content = json.loads((DASHBOARDS / dashboard).read_text("utf-8"))
    return [panel for panel in content["panels"] if panel["type"] != "row"]


def targets() -> list[dict[str, str]]:
    """Return every query of the dashboard over Prometheus."""
    return [target for panel in panels("pipeline.json") for target in panel["targets"]]


def expressions() -> list[str]:
    """Return every expression, with a window where Grafana would put one."""
    written = [target["expr"] for target in targets()] + [alert["expr"] for alert in alerts()]
    return [expr.replace("$__rate_interval", "5m") for expr in written]


def asked(expression: str) -> list[Asked]:
    """Return what an expression asks for."""
    return list(_asked(promql.parse(expression), frozenset()))


def grouped_by(expression: str) -> set[str]:
    """Return the labels that an expression groups by."""
    found = re.findall(r"by \(([^)]*)\)", promql.parse(expression).prettify())
    return {label.strip() for labels in found for label in labels.split(",")}


@singledispatch
def _asked(expression: promql.Expr, by: frozenset[str]) -> Iterator[Asked]:
    """Find the selectors within; `by` are the labels that their results are grouped by."""
    for name in ("lhs", "rhs", "expr", "vector_selector"):
        if inner := getattr(expression, name, None):
            yield from _asked(inner, by)


@_asked.register
def _(expression: promql.Call, by: frozenset[str]) -> Iterator[Asked]:
    for argument in expression.args:
        yield from _asked(argument, by)


@_asked.register
def _(expression: promql.AggregateExpr, by: frozenset[str]) -> Iterator[Asked]:
    labels = expression.modifier.labels if expression.modifier else []
    yield from _asked(expression.expr, by | set(labels))


@_asked.register
def _(expression: promql.VectorSelector, by: frozenset[str]) -> Iterator[Asked]:
    matchers = expression.matchers.matchers
    equal = tuple((m.name, m.value) for m in matchers if m.op == promql.MatchOp.Equal)
    yield Asked(str(expression.name), by | {m.name for m in matchers}, equal)
