# SPDX-License-Identifier: Apache-2.0
"""Where panels have their data from: Prometheus or PostgreSQL, each a variable of its dashboard."""

from typing import Final

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable
from grafana_foundation_sdk.builders.prometheus import Dataquery as PrometheusQuery
from grafana_foundation_sdk.cog import builder, variants
from grafana_foundation_sdk.models.dashboard import DataSourceRef

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
