# SPDX-License-Identifier: Apache-2.0
"""Addresses of databases: what is refused at the start, and the lines that say why."""

from pathlib import Path

import pytest

from service_kit import postgres
from service_kit.postgres.embedded import EmbeddedPostgres
from service_kit.settings import ServiceSettings, SettingsError, read


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("postgresql://u:hunter2@db:5432:5433/app", "port"),
        ("postgresql://u:hunter2@db:54a32/app", "port"),
        ("postgresql://u:hunter2@db:70000/app", "port"),
        ("postgresql://u:hunter2@/app?host=a,b,c&port=1,2", "one for each host"),
        ("postgresql://u:hunter2@/app?host=db:5432", "host"),
        ("postgresql://u:hunter@2@db/app", "%40"),
        ("postgresql://u:hunter/2@db/app", "%2F"),
        ("postgresql://u:hunter%2@db/app", "%25"),
        ("postgresql://u:hunter2@db/app?sslmod=require", "read"),
        ("postgresql://u:hunter2@db/app?sslmode=verify", "verify-full"),
        ("postgresql://u:hunter2@db/app?sslrootcert=/nowhere/ca.pem", "sslrootcert"),
        ("db.example.com:5432", "postgresql:// URL"),
        ("postgresql+psycopg://u:hunter2@db/app", "postgresql:// URL"),
    ],
)
def test_a_slip_is_one_line_that_names_it(url: str, word: str) -> None:
    """Of the setting and of what to do, and never of the password."""
    with pytest.raises(SettingsError) as caught:
        read(ServiceSettings, {"DATABASE_URL": url}, serving=False)
    (problem,) = caught.value.problems
    assert problem.startswith("DATABASE_URL ")
    assert word in problem
    assert "hunter" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgres://u@db/app",
        "postgresql://u:p%40ss%3Aw%2Frd@db:5432/app?sslmode=verify-full&sslrootcert=system",
        "postgresql://u:p?#$!*()[]~'@db/app",
        "postgresql://u@[::1]:5432/app",
        "postgresql://u@a:1,b:2/app?target_session_attrs=read-write",
        "postgresql:///app?host=/var/run/postgresql",
        "postgresql://u@%2Fvar%2Frun%2Fpostgresql:5433/app",
        "postgresql://u@db/app?options=-csearch_path%3Dtelesift",
    ],
)
def test_what_libpq_takes_is_taken(url: str) -> None:
    """Sockets, IPv6, several hosts, odd characters."""
    assert url == read(ServiceSettings, {"DATABASE_URL": url}, serving=False).database_url


def test_the_dashboards_own_address_is_looked_at_as_well() -> None:
    """It is the same kind of setting."""
    from dashboard.settings import DashboardSettings

    with pytest.raises(SettingsError, match=r"^DASHBOARD_DATABASE_URL has a port"):
        read(DashboardSettings, {"DASHBOARD_DATABASE_URL": "postgresql://d:x/a"}, serving=False)


@pytest.mark.parametrize(
    "form", ["postgresql://postgres@{}/{}", "postgresql:///{1}?host={0}&user=postgres"]
)
def test_unix_sockets_in_either_form(postgres_server: EmbeddedPostgres, form: str) -> None:
    """As a host with percent signs, or as a parameter."""
    from urllib.parse import parse_qs, quote, urlsplit

    (folder,) = parse_qs(urlsplit(postgres_server.url).query)["host"]
    assert Path(folder).is_dir()
    database = postgres.single(form.format(quote(folder, safe=""), "postgres"))
    with database.connection_context():
        assert [(1,)] == database.execute_sql("SELECT 1").fetchall()
