# SPDX-License-Identifier: Apache-2.0
"""`telesift serve dashboard` as it runs: alone for a developer, and beside a host with sessions."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import falcon
import pytest
import requests
from falcon import Request, Response

from tests import services
from tests.service_kit.apps import listening
from tests.services import ANALYST, USER, Running, bearer


class Host:
    """A host's `/me`, which knows an analyst's session and a user's."""

    known: ClassVar = {"of-ann": (ANALYST, ["analyst"]), "of-bob": (USER, ["user"])}

    def on_get(self, req: Request, resp: Response) -> None:
        """Answer whose the cookie is."""
        (cookie, *_) = req.get_cookie_values("session") or [""]
        if cookie not in self.known:
            resp.status = falcon.HTTP_401
            return
        user_id, roles = self.known[cookie]
        resp.media = {"user_id": user_id, "roles": roles}


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """Serve the host, and return its address."""
    app = falcon.App()
    app.add_route("/me", Host())
    with listening(app) as url:
        yield url


@pytest.fixture(scope="module")
def dashboard(
    host: str, seeded: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """Run the dashboard in mode session."""
    env = {
        "AUTH_MODE": "session",
        "AUTH_ME_URL": f"{host}/me",
        "ALLOWED_ORIGINS": "https://vault.example",
        "DATABASE_URL": seeded,
    }
    with services.serving("dashboard", tmp_path_factory.mktemp("dashboard"), env) as running:
        yield running


@pytest.mark.parametrize(("cookie", "status"), [("of-ann", 200), ("of-bob", 403), ("no", 401)])
def test_hosts_session_opens_the_panels(dashboard: Running, cookie: str, status: int) -> None:
    """The host's own cookie is enough, and its roles decide."""
    answer = requests.get(f"{dashboard.url}/api/summary", cookies={"session": cookie}, timeout=10)
    assert status == answer.status_code


def test_strangers_are_told_where_to_sign_in(dashboard: Running) -> None:
    """The page links to the host."""
    page = requests.get(dashboard.url, timeout=10).text
    assert '<a href="https://vault.example">https://vault.example</a>' in page


def test_it_starts_with_nothing_there() -> None:
    """For a developer it makes its own views, so that it is ready whatever starts first."""
    with tempfile.TemporaryDirectory(prefix="telesift-test-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user where we are root
        with services.serving("dashboard", Path(folder) / "data") as running:
            url = f"{running.url}/api/events"
            answer = requests.get(url, headers=bearer("analyst-token"), timeout=10)
            assert (200, []) == (answer.status_code, answer.json()["table"]["rows"])
