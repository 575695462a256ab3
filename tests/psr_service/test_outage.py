# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL stops, is killed, comes back: 503 meanwhile, no rating lost, none doubled."""

import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
import requests
from falcon import testing

from psr_service.app import create_app
from psr_service.connections import connect
from psr_service.settings import PsrSettings
from service_kit import postgres
from service_kit.http.problem import Unavailable
from service_kit.postgres import fetch
from service_kit.postgres.embedded import EmbeddedPostgres
from service_kit.settings import read
from service_kit.tables import Row
from tests.asgi_server import listening

OWNER = str(uuid4())


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Return the data directory of a server that the test may break."""
    parent = Path(tempfile.mkdtemp(prefix="telesift-test-"))
    yield parent / "postgres"
    shutil.rmtree(parent)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Give what ends when the test does."""
    with ExitStack() as held:
        yield held


def service(url: str, owner: str) -> testing.TestClient:
    environ = {
        "DATABASE_URL": url,
        "AUTH_DEV_TOKENS": f"owner:{owner}:user",
        "TELESIFT_RATE_LIMIT": "1000000",
    }
    headers = {"Authorization": "Bearer owner"}
    return testing.TestClient(create_app(read(PsrSettings, environ)), headers=headers)


def form(prompt_id: str) -> dict[str, object]:
    return {"prompt_id": prompt_id, "rating": 4, "source": "copy"}


def rate(client: testing.TestClient, prompt_id: str) -> testing.Result:
    return client.simulate_post("/psr", json=form(prompt_id))


def post(url: str, prompt_id: str) -> requests.Response:
    headers = {"Authorization": "Bearer owner"}
    return requests.post(f"{url}/psr", json=form(prompt_id), headers=headers, timeout=30)


def test_starts_without_its_database(directory: Path) -> None:
    """Not ready, and 503 with Retry-After; both are over once the database is there."""
    with EmbeddedPostgres(directory) as server:
        service(server.url, OWNER)  # migrates
    client = service(server.url, OWNER)
    answer = rate(client, str(uuid4()))
    assert (503, "5", "database_away") == (
        answer.status_code,
        answer.headers["Retry-After"],
        answer.json["code"],
    )
    assert 503 == client.simulate_get("/readyz").status_code
    assert 200 == client.simulate_get("/livez").status_code
    with EmbeddedPostgres(directory):
        assert 200 == rate(client, str(uuid4())).status_code
        assert 200 == client.simulate_get("/readyz").status_code


def at_once(url: str) -> set[int]:
    """Rate 32 prompts on eight connections, and give the answers' statuses."""
    with ThreadPoolExecutor(8) as threads:
        return {*threads.map(lambda _: post(url, str(uuid4())).status_code, range(32))}


def test_a_restart_between_requests_is_not_noticed(directory: Path, stack: ExitStack) -> None:
    """Every connection that idled through it is lost, and no request fails for it."""
    with EmbeddedPostgres(directory) as server:
        client = service(server.url, OWNER)
        running = stack.enter_context(listening(client.app))
        before = at_once(running)
    with EmbeddedPostgres(directory):
        after = at_once(running)
    assert {200} == before | after


def stop(server: EmbeddedPostgres, directory: Path) -> None:
    server.leave()


def kill(server: EmbeddedPostgres, directory: Path) -> None:
    os.kill(int((directory / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


@pytest.mark.parametrize("end", [stop, kill])
def test_nothing_is_lost_or_doubled(
    directory: Path, stack: ExitStack, end: Callable[[EmbeddedPostgres, Path], None]
) -> None:
    """Clients that repeat until they get a 200, through an outage under load: a row a rating."""
    server = EmbeddedPostgres(directory)
    owner = str(uuid4())
    url = stack.enter_context(listening(service(server.url, owner).app))
    acknowledged, refused = [], threading.Event()
    finish = threading.Event()

    def keep_rating() -> None:
        while not finish.is_set():
            prompt_id = str(uuid4())
            while (answer := post(url, prompt_id)).status_code != 200:
                assert 503 == answer.status_code
                refused.set()
                finish.wait(0.02)
            acknowledged.append((prompt_id, answer.json()["id"]))

    threads = [threading.Thread(target=keep_rating) for _ in range(4)]
    for thread in threads:
        thread.start()
    end(server, directory)
    assert refused.wait(30)
    with EmbeddedPostgres(directory) as again:
        before = len(acknowledged)
        while len(acknowledged) < before + 20:
            finish.wait(0.02)
        finish.set()
        for thread in threads:
            thread.join()
        database = postgres.single(again.url)
        with database.connection_context():
            select = "SELECT prompt_id::text, id::text FROM psr_ratings WHERE owner_id = %s"
            rows = database.execute_sql(select, (owner,)).fetchall()
        assert sorted(acknowledged) == sorted(rows)
    server.leave()


def test_a_statement_whose_result_a_migration_changed_is_prepared_anew(
    directory: Path,
) -> None:
    """A prepared statement's columns are fixed: the old version runs while the new one migrates."""
    with EmbeddedPostgres(directory) as server:
        connections = connect(server.url, 1)

        def read() -> list[Row]:
            return connections.run(lambda: fetch(connections, "SELECT * FROM changing"))

        with connections.connection_context():
            connections.execute_sql("CREATE TABLE changing AS SELECT 1 AS a")
        assert [[{"a": 1}]] * 9 == [read() for _ in range(9)]
        migration = postgres.single(server.url)
        with migration.connection_context():
            migration.execute_sql("ALTER TABLE changing ADD b int")
        assert [{"a": 1, "b": None}] == read()
        connections.close_all()


def test_a_host_that_does_not_answer_is_waited_for_once() -> None:
    """Eight threads give up after one patience, not one after the other after eight."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        connections = connect(f"postgresql://nobody@127.0.0.1:{port}/nothing", 8)

        def refused(_: int) -> str:
            with pytest.raises(Unavailable) as caught:
                connections.run(lambda: fetch(connections, "SELECT 1"))
            return caught.value.code

        began = time.monotonic()
        with ThreadPoolExecutor(8) as threads:
            assert {"database_away"} == set(threads.map(refused, range(8)))
        assert time.monotonic() - began < 12  # one after the other takes 24 s
