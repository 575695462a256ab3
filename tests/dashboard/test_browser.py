# SPDX-License-Identifier: Apache-2.0
"""The page in Chromium, over a real PostgreSQL and a real processor.

One visit for all tests: `browser.mjs` looks, the tests judge what it saw.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from falcon import testing

from dashboard.app import create_app
from tests.asgi_server import listening
from tests.dashboard.conftest import HATED, LOVED, SMALL, TODAY, MakeSettings
from tests.services import Running

SCRIPT = Path(__file__).with_name("browser.mjs")
Seen = dict[str, Any]
Sql = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def url(make_settings: MakeSettings, processor: Running) -> Iterator[str]:
    """Serve the dashboard as of the seeds' today."""
    app = create_app(make_settings(TELESIFT_PROCESSOR_URL=processor.url), today=lambda: TODAY)
    with listening(app) as url:
        yield url


@pytest.fixture(scope="module")
def seen(url: str) -> Seen:
    """Visit the page once; DASHBOARD_PICTURES names a folder to keep screenshots in."""
    node = shutil.which("node")
    assert node, "these tests run a browser by node"
    pictures = os.environ.get("DASHBOARD_PICTURES")
    done = subprocess.run(
        [node, SCRIPT, url, *([pictures] if pictures else [])],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return dict(json.loads(done.stdout))


def test_nothing_is_asked_of_third_parties(seen: Seen, url: str) -> None:
    """Every request goes to the dashboard."""
    assert {url} == set(seen["requests"])


def test_page_keeps_its_own_policy(seen: Seen) -> None:
    """No violation of the Content-Security-Policy, and no exception."""
    assert [] == seen["complaints"]


def test_axe_finds_nothing(seen: Seen) -> None:
    """In both themes, on a phone, with every table open, and at the sign-in."""
    assert [] == seen["violations"]


def test_page_fits_a_phone(seen: Seen) -> None:
    """Nothing is wider than 360 pixels; tables scroll by themselves."""
    assert {0} == set(seen["overflow"].values())


def test_figures_are_those_of_sql(seen: Seen, sql: Sql) -> None:
    """As rounded for reading."""
    (known,) = sql(
        "SELECT count(*) AS n, count(DISTINCT owner_id) AS owners, avg(rating)::float8 AS mean,"
        " avg((rating >= 4)::int)::float8 AS top_box FROM psr_ratings"
    )
    ratings, mean, top_box, _ = (tile.split("\n") for tile in seen["summary"])
    assert [str(known["n"]), f"of {known['owners']} people"] == ratings
    assert f"{known['mean']:.2f}" == mean[0]
    assert f"{known['top_box']:.1%}" == top_box[0]


def test_distribution_is_that_of_sql(seen: Seen, sql: Sql) -> None:
    """Five stars first."""
    known = {
        row["rating"]: row["n"]
        for row in sql("SELECT rating, count(*) AS n FROM psr_ratings GROUP BY 1")
    }
    told = [(cells[0], int(cells[-1])) for cells in seen["distribution"]]
    assert [(f"{stars} ★", known.get(stars, 0)) for stars in (5, 4, 3, 2, 1)] == told


def test_events_are_those_of_sql(seen: Seen, sql: Sql) -> None:
    """The table that stands for the chart has every figure of it."""
    known = sql(
        "SELECT (ts AT TIME ZONE 'UTC')::date::text, event, count(*)::text"
        " FROM telemetry_events GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert [list(row.values()) for row in known] == seen["eventsTable"]


def test_prompts_are_ranked_and_small_groups_silent(seen: Seen) -> None:
    """The best first; of three people's there is no mean."""
    links = [cells[0] for cells in seen["prompts"]]
    assert [f"…{prompt[-8:]}" for prompt in (LOVED, HATED, SMALL)] == links
    dash = "\N{EN DASH}"
    assert [dash, "too few people", dash, dash, "3", "3"] == seen["prompts"][-1][1:7]


def test_a_long_table_shows_its_top_first(seen: Seen) -> None:
    """And the rest at the press of a key, which then scrolls it."""
    assert [50, 60, "Long: table"] == seen["long"]


def test_charts_are_drawn(seen: Seen) -> None:
    """Three canvases; the other pictures are in tables."""
    assert 3 == seen["charts"]


def test_the_ledger_is_shown(seen: Seen) -> None:
    """It balances, as an empty one does."""
    assert "0\n✓ balanced" == seen["balance"][0]


def test_sql_and_csv_are_offered(seen: Seen) -> None:
    """By keyboard."""
    assert "psr_analytics.statistics('prompt'" in seen["sql"]
    assert "prompts_2026-10-25_2026-11-23.csv" == seen["csv"]


def test_filters_live_in_the_address(seen: Seen) -> None:
    """They survive a reload, and the way back undoes them."""
    filtered, reloaded, back = seen["filtered"], seen["reloaded"], seen["back"]
    assert "?from=2026-10-25&to=2026-11-23&version=v1&source=copy" == filtered["address"]
    assert ("v1", "copy") == (filtered["form"]["version"], filtered["form"]["source"])
    assert "6\nof 6 people" == filtered["summary"][0]
    assert (filtered["form"], filtered["summary"]) == (reloaded["form"], reloaded["summary"])
    assert ("", seen["summary"]) == (back["form"]["version"], back["summary"])
    assert f"?prompt_id={LOVED}" == seen["followed"]


def test_empty_and_wrong_are_said(seen: Seen) -> None:
    """In words, where the figures would be; wrong filters once, beside the form to mend them."""
    assert "Nothing here for these filters." == seen["empty"]
    assert "at most 365 before to" in seen["wrong"]
    assert seen["wrongForm"]


def test_other_roles_see_no_panel(seen: Seen) -> None:
    """They are told why."""
    assert "role analyst" in seen["forbidden"]
    assert (False, False) == (seen["forbiddenPanels"], seen["forbiddenForm"])


def test_signing_in_and_out(seen: Seen) -> None:
    """With a cookie that no script can read."""
    assert seen["summary"] == seen["signedIn"]
    assert "" == seen["cookieForScripts"]
    assert "Who are you?" == seen["signedOut"]


def test_every_panel_of_the_page_is_served(client: testing.TestClient) -> None:
    """And every panel that is served is on the page."""
    script = client.simulate_get("/static/panels.js").text
    names = [line.split('"')[1] for line in script.splitlines() if line.startswith("  { name: ")]
    assert 11 == len(names)
    for name in names:
        assert client.simulate_get(f"/api/{name}").status_code in {200, 503}
