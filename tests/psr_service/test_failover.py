# SPDX-License-Identifier: Apache-2.0
"""A server that takes no writes: 503 and not ready, and ready again as soon as one does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import requests

from psr_service.app import create_app
from psr_service.settings import PsrSettings
from service_kit.settings import read
from tests.asgi_server import listening
from tests.postgres_server import Server, serving, standby
from tests.services import wait_until

OWNER = str(uuid4())
SECONDS = 5
"""How soon after the database a service is well again, with room for a busy machine."""


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server with the service's schema."""
    with serving() as server:
        create_app(settings(server.url()))  # which migrates
        yield server


def settings(url: str) -> PsrSettings:
    """Return the service's settings."""
    environ = {
        "DATABASE_URL": url,
        "AUTH_DEV_TOKENS": f"owner:{OWNER}:user",
        "TELESIFT_RATE_LIMIT": "1000000",
    }
    return read(PsrSettings, environ)


def rate(address: str) -> requests.Response:
    """Rate a prompt that nobody rated."""
    form = {"prompt_id": str(uuid4()), "rating": 4, "source": "copy"}
    headers = {"Authorization": "Bearer owner"}
    return requests.post(f"{address}/psr", json=form, headers=headers, timeout=30)


def ready(address: str) -> requests.Response:
    """Ask whether it is ready."""
    return requests.get(f"{address}/readyz", timeout=30)


def assert_refused(address: str) -> None:
    """Every thread's connection, the health check's too, says the same."""
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: rate(address), range(24)))
    refusals = {(a.status_code, a.headers["Retry-After"], a.json()["code"]) for a in answers}
    assert {(503, "5", "database_read_only")} == refusals
    answer = ready(address)
    assert (503, "database_read_only") == (answer.status_code, answer.json()["checks"]["database"])


def assert_recovers(address: str) -> None:
    """Ready, and every thread's next request is served."""
    wait_until(lambda: ready(address).status_code == 200, SECONDS, "readiness")
    with ThreadPoolExecutor(8) as threads:
        codes = list(threads.map(lambda _: rate(address).status_code, range(24)))
    assert {200} == set(codes)


def test_a_server_that_was_made_read_only_and_is_no_more(server: Server) -> None:
    """Sessions that began meanwhile stay read-only: they are not used again."""
    with listening(create_app(settings(server.url()))) as address:
        assert_recovers(address)  # all is well, on eight connections
        server.run("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
        wait_until(lambda: rate(address).status_code == 503, SECONDS, "the setting")
        assert_refused(address)
        server.run(
            "SET default_transaction_read_only = off",
            "ALTER SYSTEM RESET default_transaction_read_only",
            "SELECT pg_reload_conf()",
        )
        assert_recovers(address)


def test_a_standby_that_is_promoted(server: Server) -> None:
    """The address leads to a standby until that takes over."""
    with standby(server) as other, listening(create_app(settings(other.url()))) as address:
        assert_refused(address)
        other.run("SELECT pg_promote()")
        assert_recovers(address)


def test_two_addresses_of_which_one_takes_writes(server: Server) -> None:
    """libpq finds the primary among them, before and after a failover."""
    with standby(server) as other:
        hosts = f"127.0.0.1:{server.port},127.0.0.1:{other.port}"
        url = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"
        with listening(create_app(settings(url))) as address:
            assert_recovers(address)
            server.cluster.stop()
            assert 503 == rate(address).status_code
            other.run("SELECT pg_promote()")
            assert_recovers(address)
