# SPDX-License-Identifier: Apache-2.0
"""A server that takes no writes: 503 and not ready, and ready again as soon as one does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from falcon import testing

from psr_service.app import create_app
from psr_service.settings import PsrSettings
from service_kit.settings import read
from tests.postgres_server import Server, serving, standby
from tests.services import wait_until

OWNER = str(uuid4())
SECONDS = 5
"""How soon after the database a service is well again, with room for a busy machine."""


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server with the service's schema."""
    with serving() as server:
        service(server.url())
        yield server


def service(url: str) -> testing.TestClient:
    """Give the service, migrated where it may be."""
    environ = {
        "DATABASE_URL": url,
        "AUTH_DEV_TOKENS": f"owner:{OWNER}:user",
        "TELESIFT_RATE_LIMIT": "1000000",
    }
    headers = {"Authorization": "Bearer owner"}
    return testing.TestClient(create_app(read(PsrSettings, environ)), headers=headers)


def rate(client: testing.TestClient) -> testing.Result:
    """Rate a prompt that nobody rated."""
    form = {"prompt_id": str(uuid4()), "rating": 4, "source": "copy"}
    return client.simulate_post("/psr", json=form)


def assert_refused(client: testing.TestClient) -> None:
    """Every thread's connection, the health check's too, says the same."""
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: rate(client), range(24)))
    refusals = {(a.status_code, a.headers["Retry-After"], a.json["code"]) for a in answers}
    assert {(503, "5", "database_read_only")} == refusals
    ready = client.simulate_get("/readyz")
    assert (503, "database_read_only") == (ready.status_code, ready.json["checks"]["database"])


def assert_recovers(client: testing.TestClient) -> None:
    """Ready, and every thread's next request is served."""
    wait_until(lambda: client.simulate_get("/readyz").status_code == 200, SECONDS, "readiness")
    with ThreadPoolExecutor(8) as threads:
        codes = list(threads.map(lambda _: rate(client).status_code, range(24)))
    assert {200} == set(codes)


def test_a_server_that_was_made_read_only_and_is_no_more(server: Server) -> None:
    """Sessions that began meanwhile stay read-only: they are not used again."""
    client = service(server.url())
    assert_recovers(client)  # all is well, on eight connections
    server.run("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    wait_until(lambda: rate(client).status_code == 503, SECONDS, "the setting")
    assert_refused(client)
    server.run(
        "SET default_transaction_read_only = off",
        "ALTER SYSTEM RESET default_transaction_read_only",
        "SELECT pg_reload_conf()",
    )
    assert_recovers(client)


def test_a_standby_that_is_promoted(server: Server) -> None:
    """The address leads to a standby until that takes over."""
    with standby(server) as other:
        client = service(other.url())
        assert_refused(client)
        other.run("SELECT pg_promote()")
        assert_recovers(client)


def test_two_addresses_of_which_one_takes_writes(server: Server) -> None:
    """libpq finds the primary among them, before and after a failover."""
    with standby(server) as other:
        hosts = f"127.0.0.1:{server.port},127.0.0.1:{other.port}"
        client = service(f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write")
        assert_recovers(client)
        server.cluster.stop()
        assert 503 == rate(client).status_code
        other.run("SELECT pg_promote()")
        assert_recovers(client)
