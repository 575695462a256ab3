# SPDX-License-Identifier: Apache-2.0
"""Where panels have their data from: Prometheus or PostgreSQL, each a variable of its dashboard."""

from collections.abc import Sequence
from typing import Final, Literal

from grafana_foundation_sdk.builders import barchart, stat, table, timeseries
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import (
    Dashboard,
    DatasourceVariable,
    Row,
    ThresholdsConfig,
)
from grafana_foundation_sdk.builders.prometheus import Dataquery as PrometheusQuery
from grafana_foundation_sdk.cog import builder, variants
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import (
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    SortOrder,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    DataTransformerConfig,
    Panel,
    Threshold,
)

PROMETHEUS: Final = DataSourceRef("prometheus", "${datasource}")
POSTGRESQL: Final = DataSourceRef("grafana-postgresql-datasource", "${datasource}")


def chosen(source: DataSourceRef) -> DatasourceVariable:
    """Offer the choice among the sources of a kind."""
    return DatasourceVariable("datasource").label("Data source").type(str(source.type_val))


def promql(expr: str, legend: str, ref_id: str = "A") -> PrometheusQuery:
    """Ask Prometheus; `legend` may name labels, as {{label}}."""
    query = PrometheusQuery().datasource(PROMETHEUS).ref_id(ref_id)
    return query.expr(expr).legend_format(legend).range()


class Sql(variants.Dataquery, builder.Builder["Sql"]):
    """A statement for PostgreSQL, whose query the SDK has no type for.

    As a time series its rows need a column `time`; a text column then tells series apart.
    """

    def __init__(self, statement: str, *, as_series: bool = False) -> None:
        self._statement = statement.strip()
        self._format = "time_series" if as_series else "table"

    def build(self) -> "Sql":
        """Return itself: it is its own builder."""
        return self

    def to_json(self) -> dict[str, object]:
        """Write it as Grafana's plugin reads it."""
        return {
            "datasource": POSTGRESQL,
            "editorMode": "code",
            "format": self._format,
            "rawQuery": True,
            "rawSql": self._statement,
            "refId": "A",
        }


Width = Literal[6, 8, 12, 16, 24]
"""Of the 24 columns that a row has."""

_HEIGHT: Final = 8
_REF_IDS: Final = "ABCD"


def new_dashboard(title: str, uid: str, description: str) -> Dashboard:
    """Make a dashboard; provisioned, so it is not for editing in the browser."""
    begun = Dashboard(title).uid(uid).description(description).tags(["telesift"]).readonly()
    return begun.timezone("browser").tooltip(DashboardCursorSync.CROSSHAIR)


def add_row(dashboard: Dashboard, title: str, panels: Sequence[Builder[Panel]]) -> None:
    """Add a row under a heading."""
    dashboard.with_row(Row(title))
    for panel in panels:
        dashboard.with_panel(panel)


def graph(
    title: str,
    description: str,
    *queries: tuple[str, str],
    unit: str = "short",
    limit: float | None = None,
    width: Width = 8,
) -> timeseries.Panel:
    """Draw (PromQL, legend) pairs over time; `limit` is where an alert would fire."""
    panel = _lines(title, description, unit, width).datasource(PROMETHEUS)
    for ref_id, (expr, legend) in zip(_REF_IDS, queries, strict=False):
        panel.with_target(promql(expr, legend, ref_id))
    return _limited(panel, limit) if limit else panel


def figure(title: str, description: str, query: tuple[str, str], unit: str) -> stat.Panel:
    """Show the last value of a PromQL expression."""
    panel = stat.Panel().title(title).description(description).datasource(PROMETHEUS)
    return panel.unit(unit).span(8).height(_HEIGHT).with_target(promql(*query))


def sql_graph(  # noqa: PLR0913 - what a panel is, each by its name
    title: str,
    description: str,
    query: Sql,
    *,
    show: Sequence[str] = (),
    unit: str = "short",
    width: Width = 12,
) -> timeseries.Panel:
    """Draw the rows of a statement over time, and of their columns only those to show."""
    panel = _lines(title, description, unit, width).datasource(POSTGRESQL).with_target(query)
    return panel.with_transformation(_only(show)) if show else panel


def sql_figures(title: str, description: str, query: Sql, show: Sequence[str]) -> stat.Panel:
    """Show columns of a statement's only row, each as a figure."""
    panel = stat.Panel().title(title).description(description).datasource(POSTGRESQL)
    values = ReduceDataOptions().calcs(["lastNotNull"]).values(False)
    panel = panel.reduce_options(values).decimals(2).span(24).height(4)
    return panel.with_target(query).with_transformation(_only(show))


def sql_bars(title: str, description: str, query: Sql, show: Sequence[str]) -> barchart.Panel:
    """Draw one bar per row: the first column to show names it, the second is its length."""
    panel = barchart.Panel().title(title).description(description).datasource(POSTGRESQL)
    panel = panel.x_field(show[0]).span(12).height(_HEIGHT).with_target(query)
    return panel.with_transformation(_only(show)).with_transformation(_as_text(show[0]))


def sql_table(title: str, description: str, query: Sql, width: Width = 12) -> table.Panel:
    """Show the rows of a statement as they are."""
    panel = table.Panel().title(title).description(description).datasource(POSTGRESQL)
    return panel.span(width).height(_HEIGHT).with_target(query)


def _lines(title: str, description: str, unit: str, width: Width) -> timeseries.Panel:
    panel = timeseries.Panel().title(title).description(description)
    legend = VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.LIST)
    tooltip = VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
    panel = panel.legend(legend).tooltip(tooltip).fill_opacity(10)
    return panel.unit(unit).min(0).span(width).height(_HEIGHT)


def _limited(panel: timeseries.Panel, limit: float) -> timeseries.Panel:
    steps = [Threshold(None, "green"), Threshold(limit, "red")]
    line = GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
    return panel.thresholds(ThresholdsConfig().steps(steps)).thresholds_style(line)


def _only(columns: Sequence[str]) -> DataTransformerConfig:
    include = {"include": {"names": list(columns)}}
    return DataTransformerConfig(id_val="filterFieldsByName", options=include)


def _as_text(column: str) -> DataTransformerConfig:
    """Return a column as text: it names the bars, and a number would be one more bar."""
    conversion = {"targetField": column, "destinationType": "string"}
    return DataTransformerConfig(
        id_val="convertFieldType", options={"conversions": [conversion], "fields": {}}
    )
