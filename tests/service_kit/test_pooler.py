# SPDX-License-Identifier: Apache-2.0
"""Through PgBouncer in transaction mode: nothing of a session is relied on, or left in it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from peewee import OperationalError

from dashboard import statements
from dashboard.views import Views
from processors.delivery.sinks.postgres import retention
from psr_service.connections import connect
from psr_service.messages import RatingForm, Source
from psr_service.store import Store
from service_kit import postgres
from service_kit.postgres import migrations
from telesift.database import HISTORIES
from tests.pgbouncer import pooling
from tests.postgres_server import Server, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give the server behind the pooler, whose own time zone is not ours."""
    with serving({"timezone": "America/New_York"}) as server:
        yield server


@pytest.fixture(scope="module")
def url(server: Server) -> Iterator[str]:
    """Give the pooler's address of a database, migrated through it."""
    server.run("CREATE DATABASE app")
    with pooling(server) as address:
        url = f"postgresql://anybody@{address}/app"
        migrations.up(postgres.single(url), HISTORIES)
        yield url


def test_a_pooler_is_noticed(server: Server, url: str) -> None:
    """By its process ids; a direct connection is not taken for one."""
    pooled, direct = postgres.single(url), postgres.single(server.url())
    for database in (pooled, direct):
        with database.connection_context():
            database.execute_sql("SELECT 1")
    assert (True, False) == (pooled.has_pooler, direct.has_pooler)


def test_replicas_that_migrate_at_once_take_turns(server: Server) -> None:
    """Each in a transaction that holds the lock: one applies, the others find it done."""
    server.run("CREATE DATABASE fresh")
    with pooling(server) as address, ThreadPoolExecutor(4) as threads:
        urls = [f"postgresql://anybody@{address}/fresh"] * 4
        names = list(threads.map(lambda u: migrations.up(postgres.single(u), HISTORIES), urls))
    assert 1 == len([applied for applied in names if applied])


def test_ratings_are_stored_by_more_clients_than_connections(url: str) -> None:
    """Sixteen threads on four connections: no statement is prepared on another's."""
    store = Store(connect(url, 16), 5)
    prompts = [uuid4() for _ in range(160)]

    def rate(prompt_id: UUID) -> bool:
        form = RatingForm(prompt_id=prompt_id, rating=4, source=Source.COPY)
        return store.rate(uuid4(), form, None, aggregate=True).replaced

    with ThreadPoolExecutor(16) as threads:
        assert {False} == set(threads.map(rate, prompts))
    assert store.check() is None


def test_a_pool_opens_no_more_than_it_may(server: Server) -> None:
    """Threads that open at once count each other's connections."""
    pool = postgres.pool(server.url() + "?application_name=counted", 2)

    def others(_: int) -> int:
        with pool.connection_context():
            pool.execute_sql("SELECT pg_sleep(0.05)")
            counting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'counted'"
            return int(pool.execute_sql(counting).fetchone()[0])

    with ThreadPoolExecutor(12) as threads:
        assert max(threads.map(others, range(24))) <= 2
    pool.close_all()


def test_our_settings_hold_in_and_outside_of_transactions(url: str) -> None:
    """The time zone, and how long a statement may take."""
    pool = postgres.pool(url, 2)
    settings = "SELECT current_setting('timezone'), current_setting('statement_timeout')"
    with pool.connection_context():
        assert ("UTC", "5s") == pool.execute_sql(settings).fetchone()
        with pool.atomic():
            assert ("UTC", "5s") == pool.execute_sql(settings).fetchone()
            pool.execute_sql("SET LOCAL statement_timeout = 50")
            with pytest.raises(OperationalError, match="statement timeout"):
                pool.execute_sql("SELECT pg_sleep(5)")
            pool.rollback()


def test_nothing_is_left_behind_on_shared_connections(server: Server, url: str) -> None:
    """What other clients find there is as the server has it."""
    views = Views(postgres.pool(url, 4, role="psr_analyst"))
    filters = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
    views.read(statements.SUMMARY, filters | dict.fromkeys(("prompt_id", "version", "source")))
    assert views.check() is None
    import psycopg

    left = "SELECT current_setting('timezone'), current_setting('statement_timeout'), current_user"
    for _ in range(8):
        with psycopg.connect(url, prepare_threshold=None) as other:
            assert ("America/New_York", "0", "postgres") == other.execute(left).fetchone()


def test_retention_runs(url: str) -> None:
    """Partitions are made and dropped under a transaction's lock."""
    database = postgres.single(url)
    now = datetime.now(UTC)
    with database.connection_context():
        receipt = retention.run(database, 7, now)
        assert receipt.holds(now)
        assert receipt == retention.run_if_due(database, 7, now)


@pytest.mark.parametrize("password", ["p@ss:w/rd?#%&+ ", "пароль 🔑", "a'b\"c\\d"])
def test_passwords_with_odd_characters(server: Server, password: str) -> None:
    """Written with percent signs, as in any URL."""
    from urllib.parse import quote

    with pooling(server, users={"us er": password}) as address:
        url = f"postgresql://us%20er:{quote(password, safe='')}@{address}/app"
        database = postgres.single(url)
        with database.connection_context():
            assert [(1,)] == database.execute_sql("SELECT 1").fetchall()
