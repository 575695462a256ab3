# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL for tests: one server per test process, one database per module."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from service_kit import postgres
from service_kit.postgres.embedded import EmbeddedPostgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """Run one embedded server for this test process (with xdist: for this worker)."""
    # not under pytest's own folder, which is closed to the account that PostgreSQL runs as
    directory = Path(tempfile.mkdtemp(prefix="telesift-test-"))
    with EmbeddedPostgres(directory / "postgres") as server:
        yield server
    shutil.rmtree(directory, ignore_errors=True)  # a server that was killed may end a little later


@pytest.fixture(scope="session")
def new_database(postgres_server: EmbeddedPostgres) -> Callable[[], str]:
    """Return a function that creates an empty database and returns its URL."""

    def create() -> str:
        name = f"test_{uuid4().hex}"
        server = postgres.single(postgres_server.url)
        with server.connection_context():
            server.execute_sql(f"CREATE DATABASE {name}")
        return postgres_server.url.replace("/postgres?", f"/{name}?")

    return create


@pytest.fixture(scope="module")
def database_url(new_database: Callable[[], str]) -> str:
    """Return an empty database, fresh for each test module."""
    return new_database()
