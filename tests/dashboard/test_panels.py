# SPDX-License-Identifier: Apache-2.0
"""What the panels answer equals what SQL says of the tables; filters, CSV, suppression, roles."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from falcon import testing

from dashboard.app import create_app
from service_kit import postgres
from tests.dashboard.conftest import HATED, LOVED, SMALL, TODAY, MakeSettings
from tests.services import Running, bearer

Sql = Callable[[str], list[dict[str, Any]]]

OF_VIEWS = [
    "summary",
    "ratings",
    "distribution",
    "prompts",
    "versions",
    "responses",
    "events",
    "latencies",
]
OF_LEDGER = ["balance", "verdicts", "sinks"]


def rows(client: testing.TestClient, panel: str, **params: str) -> list[dict[str, Any]]:
    answer = client.simulate_get(f"/api/{panel}", params=params)
    assert 200 == answer.status_code, answer.text
    return answer.json["table"]["rows"]


def test_summary_is_of_all_ratings(client: testing.TestClient, sql: Sql) -> None:
    """Small groups count in the whole."""
    (told,) = rows(client, "summary")
    (known,) = sql(
        "SELECT count(*) AS n, count(DISTINCT owner_id) AS owners, avg(rating)::float8 AS mean,"
        " avg((rating >= 4)::int)::float8 AS top_box FROM psr_ratings"
    )
    assert known == {key: pytest.approx(told[key]) for key in known}


def test_response_counts_are_those_of_the_impressions(client: testing.TestClient, sql: Sql) -> None:
    """Shown, rated, dismissed, day by day."""
    told = rows(client, "responses")
    assert sql(
        "SELECT day::text, count(*) AS asked, count(*) FILTER (WHERE dismissed_at IS NULL) AS"
        " answered, count(dismissed_at) AS dismissed FROM psr_impressions GROUP BY 1 ORDER BY 1"
    ) == [{k: row[k] for k in ("day", "asked", "answered", "dismissed")} for row in told]


def test_events_are_those_stored(client: testing.TestClient, sql: Sql) -> None:
    """By name and day."""
    told = [(row["time"][:10], row["event"], row["n"]) for row in rows(client, "events")]
    known = sql(
        "SELECT (ts AT TIME ZONE 'UTC')::date::text AS day, event, count(*) AS n"
        " FROM telemetry_events GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert [tuple(row.values()) for row in known] == told


def test_short_periods_are_shown_by_the_hour(client: testing.TestClient) -> None:
    """Three days or fewer."""
    told = rows(client, "events", **{"from": "2026-11-22", "to": "2026-11-23"})
    assert {"12:00"} == {row["time"][11:16] for row in told}


def test_percentiles_are_those_of_the_events(client: testing.TestClient, sql: Sql) -> None:
    """Below 100 ms they are exact."""
    known = sql(
        "SELECT event, count(*) AS n, "
        + ", ".join(
            f"percentile_disc(0.{p}) WITHIN GROUP (ORDER BY (payload->>'latency_ms')::int) AS p{p}"
            for p in (50, 95, 99)
        )
        + " FROM telemetry_events GROUP BY event ORDER BY n DESC"
    )
    assert known == rows(client, "latencies")


def test_small_groups_show_no_measure(client: testing.TestClient) -> None:
    """Three people rated the prompt: that is all there is to know, and it comes last."""
    told = rows(client, "prompts")
    assert [LOVED, HATED, SMALL] == [row["prompt_id"] for row in told]
    shown = {key for key, value in told[-1].items() if value is not None}
    assert {"prompt_id", "n", "owners", "suppressed", "response_rate"} == shown


def test_a_small_whole_has_no_distribution(client: testing.TestClient) -> None:
    """Nor may five rows of stars tell what a mean may not."""
    assert [] == rows(client, "distribution", prompt_id=SMALL)


@pytest.mark.parametrize(
    ("filters", "n"),
    [
        ({}, 25),
        ({"prompt_id": LOVED}, 15),
        ({"version": "v1"}, 16),
        ({"source": "duplicate"}, 7),
        ({"from": "2026-11-21", "to": "2026-11-22"}, 16),
        ({"prompt_id": LOVED, "version": "v2", "source": "copy"}, 9),
        ({"version": "", "source": ""}, 25),
        ({"to": "2026-11-19"}, 0),
    ],
)
def test_filters_narrow_down(client: testing.TestClient, filters: dict[str, str], n: int) -> None:
    """Each alone and together; what is blank is not filtered by."""
    assert (
        n == rows(client, "summary", **filters)[0]["n"]
        if n
        else not rows(client, "ratings", **filters)
    )


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"form": "2026-11-21"}, "unknown_filter"),
        ({"from": "yesterday-secret"}, "fields_invalid"),
        ({"prompt_id": "1"}, "fields_invalid"),
        ({"version": "v1'; --secret"}, "fields_invalid"),
        ({"source": "null"}, "fields_invalid"),
        ({"from": "2026-11-23", "to": "2026-11-22"}, "fields_invalid"),
        ({"from": "2024-11-23"}, "fields_invalid"),
        ({"to": "0001-01-01", "from": "0001-01-02"}, "fields_invalid"),
    ],
)
def test_wrong_filter_is_refused(
    client: testing.TestClient, filters: dict[str, str], code: str
) -> None:
    """An ignored one would give the wrong figures; none is echoed."""
    answer = client.simulate_get("/api/summary", params=filters)
    assert (400, code) == (answer.status_code, answer.json["code"])
    assert "secret" not in answer.text


@pytest.mark.parametrize("panel", OF_VIEWS)
def test_sql_gives_what_the_panel_shows(
    client: testing.TestClient, seeded: str, panel: str
) -> None:
    """An analyst who copies it gets the same rows, under the role of the analysts."""
    table = client.simulate_get(f"/api/{panel}", params={"version": "v1"}).json["table"]
    database = postgres.single(seeded, role="psr_analyst")
    with database.connection_context():
        told = database.execute_sql(table["sql"]).fetchall()
    assert len(told) == len(table["rows"])
    assert [str(row[0]) for row in told] == [
        str(row[table["columns"][0]]).replace("T", " ").replace("Z", "+00:00")
        for row in table["rows"]
    ]


@pytest.mark.parametrize("panel", OF_VIEWS)
def test_csv_has_the_panels_rows(client: testing.TestClient, panel: str) -> None:
    """By its name and by Accept, with the same columns."""
    table = client.simulate_get(f"/api/{panel}").json["table"]
    by_name = client.simulate_get(f"/api/{panel}.csv")
    by_accept = client.simulate_get(f"/api/{panel}", headers={"Accept": "text/csv"})
    assert by_name.text == by_accept.text
    assert "text/csv; charset=utf-8" == by_name.headers["content-type"]
    written = list(csv.reader(io.StringIO(by_name.text)))
    assert (table["columns"], len(table["rows"])) == (written[0], len(written) - 1)


@pytest.mark.parametrize("panel", ["nothing", "summary.exe", "../page.html"])
def test_there_is_no_other_panel(client: testing.TestClient, panel: str) -> None:
    """404, whatever is asked for."""
    assert 404 == client.simulate_get(f"/api/{panel}").status_code


@pytest.mark.parametrize("panel", [*OF_VIEWS, *OF_LEDGER])
@pytest.mark.parametrize(("token", "status"), [("user-token", 403), ("nobody", 401)])
def test_panels_are_for_analysts(
    client: testing.TestClient, panel: str, token: str, status: int
) -> None:
    """As JSON and as CSV alike."""
    for path in (f"/api/{panel}", f"/api/{panel}.csv"):
        assert status == client.simulate_get(path, headers=bearer(token)).status_code


@pytest.mark.parametrize("panel", OF_LEDGER)
def test_without_a_processor_its_panels_are_unavailable(
    client: testing.TestClient, panel: str
) -> None:
    """And no other."""
    assert 503 == client.simulate_get(f"/api/{panel}").status_code
    assert 200 == client.simulate_get("/api/summary").status_code


def test_ledger_is_the_processors(processor: Running, make_settings: MakeSettings) -> None:
    """Asked for with the caller's own credential, be it a token or a cookie."""
    settings = make_settings(TELESIFT_PROCESSOR_URL=processor.url)
    client = testing.TestClient(create_app(settings, today=lambda: TODAY))
    for headers in (bearer("analyst-token"), {"Cookie": "telesift_dashboard=analyst-token"}):
        answer = client.simulate_get("/api/balance", headers=headers)
        assert [True] == [row["balanced"] for row in answer.json["table"]["rows"]]
        assert "GET /telemetry/ledger" == answer.json["table"]["request"]
        sinks = client.simulate_get("/api/sinks", headers=headers).json["table"]["rows"]
        assert [("logs", 0)] == [(sink["name"], sink["lost"]) for sink in sinks]


def test_without_its_database_the_dashboard_says_so(make_settings: MakeSettings) -> None:
    """It starts, is not ready, and its panels answer 503."""
    settings = make_settings(DASHBOARD_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    client = testing.TestClient(create_app(settings), headers=bearer("analyst-token"))
    answer = client.simulate_get("/api/summary")
    assert (503, "database_away") == (answer.status_code, answer.json["code"])
    assert 503 == client.simulate_get("/readyz").status_code


def test_production_names_the_dashboards_login(make_settings: MakeSettings) -> None:
    """The services' own login sees the tables."""
    settings = make_settings(
        ENVIRONMENT="production",
        AUTH_MODE="jwt",
        AUTH_JWT_SECRET="s" * 32,
    )
    with pytest.raises(postgres.DatabaseUnset, match="DASHBOARD_DATABASE_URL"):
        create_app(settings)
