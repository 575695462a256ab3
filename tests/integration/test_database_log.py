# SPDX-License-Identifier: Apache-2.0
"""Nothing that people wrote, and no id of theirs, comes into PostgreSQL's own log."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from peewee import PeeweeException

from dashboard import statements
from dashboard.views import Views
from processors.delivery.sinks.postgres import partitions, rows
from processors.delivery.sinks.postgres.rows import EventRow
from psr_service.connections import connect
from psr_service.messages import ImpressionForm, RatingForm, Source
from psr_service.store import Store
from service_kit import postgres
from service_kit.http.problem import Unavailable
from service_kit.postgres import migrations
from telesift.commands import privacy
from telesift.database import HISTORIES
from tests.postgres_server import Server, serving

CANARY = "zwitscher7413"
WHO = UUID("ca9a51e5-7413-4413-8413-741374137413")
NOW = datetime.now(UTC)
TABLES = (
    "psr_ratings",
    "psr_impressions",
    "psr_exposures",
    "telemetry_events",
    "telemetry_hours",
    "telemetry_latencies",
    "vault.users",
    "vault.prompts",
    "vault.sessions",
)

# Everything is logged: each statement for its duration, and each that fails with its text.
EVERYTHING = {"log_min_duration_statement": "0", "log_min_error_statement": "error"}
REFUSING = "ALTER TABLE {} ADD CONSTRAINT refused CHECK (false) NOT VALID"
WILLING = "ALTER TABLE {} DROP CONSTRAINT refused"
REFUSED = ("psr_ratings", "psr_impressions", "telemetry_events", "vault.prompts")


@pytest.fixture(autouse=True)
def vault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the example's package at hand, and no patience with a table that is locked."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "examples/prompt-vault"))
    monkeypatch.setattr(rows, "_STATEMENT_MS", 300)
    monkeypatch.setattr("dashboard.views._MORE", "SET LOCAL statement_timeout = 300")
    monkeypatch.setattr("psr_service.store.MORE_TIME", "SET LOCAL statement_timeout = 300")
    monkeypatch.setattr(postgres.database, "_STATEMENT_MS", 300)


def rating() -> RatingForm:
    """Make a rating that is nobody else's."""
    return RatingForm(prompt_id=WHO, rating=4, source=Source.COPY, version=CANARY, note=CANARY)


def event(**others: str) -> EventRow:
    """Make a row of the `db` sink."""
    fields = {"id": str(uuid4()), "owner_id": str(WHO), "session_id": CANARY} | others
    payload = {"version": CANARY, "latency_ms": 3}
    return EventRow(
        event="tags.added", payload=payload, ts=NOW, received_at=NOW, trace_id=None, **fields
    )


def work(url: str, folder: Path) -> list[Callable[[], object]]:
    """Name what the services and the command line say to PostgreSQL with values in it."""
    store = Store(connect(url, 8), 5)
    impression = ImpressionForm(prompt_id=WHO, source=Source.COPY, version=CANARY)
    views = Views(postgres.pool(url, 8))
    filters = {"since": date.min, "until": date.max, "prompt_id": str(WHO), "version": CANARY}

    def insert(*some: EventRow) -> object:
        database = postgres.single(url)
        with database.connection_context():
            return rows.insert(database, some)

    def keep_prompt() -> None:
        from prompt_vault.models import Prompt, User, database

        with database.connection_context():
            user, _ = User.get_or_create(id=WHO, defaults={"name": CANARY, "password": b""})
            Prompt.create(owner=user, title=CANARY, body=CANARY, tags=[CANARY])

    return [
        lambda: store.rate(WHO, rating(), None, aggregate=True),
        lambda: store.show(WHO, impression),
        lambda: store.dismiss(WHO, impression),
        lambda: store.activity_today(WHO, WHO),
        lambda: store.own_ratings(WHO, WHO),
        lambda: views.read(statements.SUMMARY, filters | {"source": "copy"}),
        lambda: insert(event()),
        lambda: insert(event(id=CANARY), event(session_id=f"{CANARY}\0"), event()),
        keep_prompt,
        lambda: privacy.export_owner(opened(url), folder, WHO),
        lambda: privacy.erase_owner(opened(url), folder, WHO, wait_seconds=1),
    ]


def opened(url: str) -> postgres.Database:
    """Open a connection that gives up soon."""
    database = postgres.single(url)
    database.execute_sql("SET statement_timeout = 300")
    return database


@contextmanager
def locked(server: Server, database: str) -> Iterator[None]:
    """Lock every table, so that whoever comes waits until it has no more time."""
    with psycopg.connect(server.url(database)) as connection:
        for table in TABLES:
            connection.execute(f"LOCK TABLE {table}")
        yield


def do(everything: list[Callable[[], object]], at_once: int = 1) -> int:
    """Do all of it, and count what failed.

    One after the other, unless all of it is to wait: nobody may time out by chance.
    """

    def try_once(one: Callable[[], object]) -> int:
        with suppress(PeeweeException, Unavailable):
            one()
            return 0
        return 1

    with ThreadPoolExecutor(at_once) as threads:
        return sum(threads.map(try_once, everything))


def provoke(server: Server, url: str, folder: Path) -> str:
    """Let everything succeed, be refused and time out; give what the server logged."""
    name = url.rpartition("/")[2]
    owner = postgres.single(url)
    from prompt_vault import models
    from prompt_vault.migrations import HISTORY

    migrations.up(owner, [*HISTORIES, HISTORY])
    models.database.initialize(postgres.pool(url, 8))
    with owner.connection_context(), partitions.alone(owner):
        partitions.make(owner, [NOW.date()])
    everything = work(url, folder)
    assert 0 == do(everything)
    server.run(*map(REFUSING.format, REFUSED), database=name)
    assert do(everything) >= len(REFUSED)
    server.run(*map(WILLING.format, REFUSED), database=name)
    with locked(server, name):
        assert len(everything) == do(everything, at_once=len(everything))
    log = server.log()
    assert "statement timeout" in log
    assert 'violates check constraint "refused"' in log
    return log


def test_binding_keeps_values_out_of_statements(tmp_path: Path) -> None:
    """An ordinary login on a server that logs statements, as its operator told it to."""
    settings = EVERYTHING | {"log_parameter_max_length": "0", "log_error_verbosity": "terse"}
    with serving(settings) as server:
        server.run("CREATE ROLE app LOGIN CREATEROLE", "CREATE DATABASE app OWNER app")
        log = provoke(server, server.url("app", "app"), tmp_path)
    assert "STATEMENT:  \n\tINSERT INTO psr_ratings" in log
    assert_nobody_is_in(log)


def test_migrating_quietens_the_log_where_it_may(tmp_path: Path) -> None:
    """A superuser's login on a server that nobody set up: parameters and details stay out."""
    with serving(EVERYTHING) as server:
        server.run("CREATE DATABASE app")
        log = provoke(server, server.url("app"), tmp_path)
    assert_nobody_is_in(log)


def assert_nobody_is_in(log: str) -> None:
    """Fail by the lines that have a value, without printing megabytes."""
    told = [line for line in log.splitlines() if CANARY in line or str(WHO) in line]
    assert [] == told
