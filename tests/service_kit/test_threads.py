# SPDX-License-Identifier: Apache-2.0
"""Responders that block, under a loop that does not."""

import asyncio
import threading
from typing import Any, ClassVar

import falcon.asgi
import pytest
from falcon.testing import TestClient

from service_kit.http import error_handlers
from service_kit.http.problem import Unavailable
from service_kit.http.threads import OnThreads, Threads


class Echo:
    """Gives back the body, and on which thread it was seen."""

    public: ClassVar = True

    def on_post(self, req: Any, resp: Any) -> None:
        resp.media = [req.context.body.decode(), threading.current_thread().name]


def client(most_bytes: int = 10) -> TestClient:
    app: falcon.asgi.App[Any, Any] = falcon.asgi.App()
    error_handlers.install(app)
    app.add_route("/", OnThreads(Echo(), Threads(1, "echo"), most_bytes))
    return TestClient(app)


def test_the_body_is_there_before_a_thread_is_taken() -> None:
    """A slow client waits with the loop, not with one of eight threads."""
    assert ["body", "echo_0"] == client().simulate_post("/", body="body").json


def test_other_methods_and_too_much_are_refused() -> None:
    """What the resource does not offer is not there; what is too large is not read."""
    assert 405 == client().simulate_get("/").status_code
    assert 413 == client(3).simulate_post("/", body="body").status_code


def test_what_a_resource_says_of_itself_is_passed_on() -> None:
    """The authentication asks it who may call."""
    assert OnThreads(Echo(), Threads(1, "echo")).public


def test_a_queue_without_end_is_not_kept() -> None:
    """With one thread and one place to wait, the third request is told to come back."""
    leave = threading.Event()

    async def run() -> None:
        threads = Threads(1, "busy", most_waiting=1)
        waiting = [asyncio.create_task(threads.run(leave.wait, 10)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await threads.run(leave.wait, 10)
        leave.set()
        assert [True, True] == await asyncio.gather(*waiting)

    asyncio.run(run())
