# SPDX-License-Identifier: Apache-2.0
"""The dashboards are as they would be written now, and PostgreSQL runs what they ask."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from peewee import PostgresqlDatabase

from service_kit import postgres
from service_kit.postgres import migrations
from telesift.database import HISTORIES
from telesift.generate import grafana
from tests.collector.expressions import DASHBOARDS, panels
from tests.collector.running import FRAGMENTS

PROVISIONING = FRAGMENTS / "grafana" / "provisioning"
MOUNTED = "/etc/telesift/collector-config"

# What Grafana puts in the place of its own names.
FILLED_IN = {
    "$__timeFrom()": "'2026-11-01T00:00:00Z'",
    "$__timeTo()": "'2026-11-23T12:00:00Z'",
    "${prompt:sqlstring}": "'{prompt}'",
    "${version:sqlstring}": "'{choice}'",
    "${source:sqlstring}": "'{choice}'",
}
ALL = {"prompt": "all", "choice": "all"}
SOME = {"prompt": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "choice": "copy"}

Rows = tuple[list[str], list[tuple[Any, ...]]]
Run = Callable[..., Rows]


@pytest.mark.parametrize("name", grafana.DASHBOARDS)
def test_a_dashboard_is_up_to_date(name: str) -> None:
    """Write it again with `make generate`."""
    assert grafana.render(name) == (DASHBOARDS / f"{name}.json").read_text("utf-8")


def test_no_dashboard_is_left_over() -> None:
    """Grafana would load it."""
    assert sorted(grafana.DASHBOARDS) == sorted(path.stem for path in DASHBOARDS.iterdir())


@pytest.mark.parametrize("name", grafana.DASHBOARDS)
def test_each_panel_says_what_it_shows(name: str) -> None:
    """By a title of its own and a sentence."""
    titles = [panel["title"] for panel in panels(f"{name}.json")]
    assert sorted(set(titles)) == sorted(titles)
    assert all(panel["description"].endswith((".", "%")) for panel in panels(f"{name}.json"))


@pytest.fixture(scope="module")
def as_analyst(database_url: str) -> Run:
    """Return a function that runs a statement as psr_analyst, filled in as Grafana would."""
    migrations.up(postgres.single(database_url), HISTORIES)

    def run(statement: str, **values: str) -> Rows:
        for name, value in FILLED_IN.items():
            statement = statement.replace(name, value.format(**ALL | values))
        database: PostgresqlDatabase = postgres.single(database_url, role="psr_analyst")
        with database.connection_context():
            cursor = database.execute_sql(statement)
            return [column.name for column in cursor.description], cursor.fetchall()

    return run


@pytest.mark.parametrize("panel", panels("psr.json"), ids=lambda panel: panel["title"])
@pytest.mark.parametrize("values", [ALL, SOME], ids=["all", "some"])
def test_a_panels_sql_runs_and_has_the_columns_it_shows(
    panel: dict[str, Any], values: dict[str, str], as_analyst: Run
) -> None:
    """On views alone, for nothing else is the role's; a series has its time."""
    (target,) = panel["targets"]
    columns, _ = as_analyst(target["rawSql"], **values)
    assert shown(panel) <= set(columns)
    assert "time_series" != target["format"] or "time" == columns[0]


def shown(panel: dict[str, Any]) -> set[str]:
    """Return the columns that a panel picks out of its rows."""
    transformations = {t["id"]: t["options"] for t in panel.get("transformations", ())}
    picked = transformations.get("filterFieldsByName")
    return set(picked["include"]["names"]) if picked else set()


@pytest.mark.parametrize("name", ["prompt", "version", "source"])
def test_a_variables_choices_begin_with_all(name: str, as_analyst: Run) -> None:
    """So that a dashboard that was just opened shows everything."""
    variables = json.loads((DASHBOARDS / "psr.json").read_text("utf-8"))["templating"]["list"]
    (query,) = (variable["query"] for variable in variables if variable["name"] == name)
    _, rows = as_analyst(query)
    assert ("all",) == rows[0]


def test_the_provisioned_sources_are_the_dashboards_kinds() -> None:
    """Each dashboard offers the sources of one kind, and one of each kind is provisioned."""
    sources = yaml.safe_load((PROVISIONING / "datasources" / "telesift.yaml").read_text("utf-8"))
    offered = [
        variable["query"]
        for name in grafana.DASHBOARDS
        for variable in json.loads((DASHBOARDS / f"{name}.json").read_text("utf-8"))["templating"][
            "list"
        ]
        if variable["type"] == "datasource"
    ]
    assert [source["type"] for source in sources["datasources"]] == offered


def test_the_provisioned_folder_is_the_dashboards() -> None:
    """Where compose.yaml mounts collector-config."""
    content = yaml.safe_load((PROVISIONING / "dashboards" / "telesift.yaml").read_text("utf-8"))
    (path,) = (provider["options"]["path"] for provider in content["providers"])
    assert DASHBOARDS == Path(path.replace(MOUNTED, str(FRAGMENTS)))
