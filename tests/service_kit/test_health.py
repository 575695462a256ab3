# SPDX-License-Identifier: Apache-2.0
"""Health: alive, ready, which version; open to anybody and silent about why."""

import asyncio
import threading
from typing import Any

import falcon
import falcon.asgi
import falcon.testing
import pytest
from falcon.testing import TestClient

from service_kit.http import error_handlers, health, middleware
from service_kit.http.health import Check
from service_kit.settings import ServiceSettings


def crash() -> None:
    """Raise, as a check that fails in its own way."""
    raise ConnectionError("canary: password=secret")


@pytest.fixture(params=[falcon.App, falcon.asgi.App], ids=["wsgi", "asgi"])
def app(request: pytest.FixtureRequest) -> Any:
    """Make an application of either kind, with everything that a service has."""
    made = request.param(middleware=middleware.stack(ServiceSettings(), "test"))
    error_handlers.install(made)
    return made


@pytest.mark.parametrize(
    ("checks", "status", "results"),
    [
        ({}, 200, {}),
        ({"disk": lambda: None, "db": lambda: None}, 200, {"disk": "ok", "db": "ok"}),
        ({"disk": lambda: "full", "db": lambda: None}, 503, {"disk": "full", "db": "ok"}),
        ({"db": crash}, 503, {"db": "failed"}),
    ],
)
def test_readiness_is_the_sum_of_its_checks(
    app: Any, checks: dict[str, Check], status: int, results: dict[str, str]
) -> None:
    """One that fails turns the service red, with a reason of ours and never the error's text."""
    health.add(app, "processor", checks)
    result = TestClient(app).simulate_get("/readyz")
    assert (status, results) == (result.status_code, result.json["checks"])
    assert "no-store" == result.headers["cache-control"]
    assert "canary" not in result.text


def test_liveness_does_not_depend_on_checks(app: Any) -> None:
    """A process is not restarted because its database is away."""
    health.add(app, "processor", {"db": crash})
    assert 200 == TestClient(app).simulate_get("/livez").status_code


def test_the_version_names_what_runs(app: Any) -> None:
    """The service, its version, and what else it says of itself."""
    health.add(app, "processor", {}, {"catalog": "0f3a"})
    result = TestClient(app).simulate_get("/version").json
    assert ("processor", "0f3a") == (result["service"], result["catalog"])
    assert result["version"][0].isdigit()


def test_a_check_may_block() -> None:
    """ASGI: it runs on a thread that is not the loop's."""
    threads: list[threading.Thread] = []
    app: falcon.asgi.App[Any, Any] = falcon.asgi.App()
    health.add(app, "processor", {"db": lambda: threads.append(threading.current_thread())})
    TestClient(app).simulate_get("/readyz")
    assert threading.main_thread() not in threads
    assert 1 == len(threads)


def test_a_crowd_asks_the_database_once() -> None:
    """ASGI: whoever asks while the checks run gets their result."""
    asked: list[None] = []
    finish = threading.Event()

    def check() -> None:
        asked.append(None)
        finish.wait(10)

    app: falcon.asgi.App[Any, Any] = falcon.asgi.App()
    health.add(app, "processor", {"db": check})

    async def run() -> list[int]:
        async with falcon.testing.ASGIConductor(app) as conductor:
            crowd = [asyncio.create_task(conductor.simulate_get("/readyz")) for _ in range(20)]
            await asyncio.sleep(0.1)
            finish.set()
            return [(await one).status_code for one in crowd]

    assert [200] * 20 == asyncio.run(run())
    assert 1 == len(asked)


def test_health_is_there_for_head(app: Any) -> None:
    """Some probes want no body."""
    health.add(app, "processor", {})
    client = TestClient(app)
    assert [200] * 2 == [client.simulate_head(path).status_code for path in ("/livez", "/readyz")]
