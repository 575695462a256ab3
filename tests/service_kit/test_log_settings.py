# SPDX-License-Identifier: Apache-2.0
"""Which of a server's settings bring values into its log, and what the login may do about it."""

import re
from collections.abc import Iterator

import pytest

from service_kit import postgres
from service_kit.postgres import log_settings, migrations
from service_kit.postgres.log_settings import QUIET
from tests.postgres_server import Server, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give a server that logs parameters, and a login that may not change that."""
    settings = {"log_min_duration_statement": "100", "log_parameter_max_length_on_error": "-1"}
    with serving(settings) as server:
        server.run('CREATE ROLE "ap\'p" LOGIN', 'CREATE DATABASE app OWNER "ap\'p"')
        yield server


def warnings(url: str) -> list[str]:
    database = postgres.single(url)
    with database.connection_context():
        return log_settings.warnings(database)


def test_each_risk_comes_with_a_statement_that_ends_it(server: Server) -> None:
    """An administrator pastes what the warnings say, and they are gone."""
    url = server.url("app", "ap'p")
    risks = warnings(url)
    assert [
        "log_parameter_max_length",
        "log_parameter_max_length_on_error",
        "log_error_verbosity",
    ] == [risk.split()[0] for risk in risks]
    server.run(*(re.sub(r".* can run ", "", risk) for risk in risks))
    assert [] == warnings(url)
    server.run('ALTER ROLE "ap\'p" IN DATABASE app RESET ALL')


def test_migrating_sets_what_the_login_may(server: Server) -> None:
    """An ordinary login one setting of four; one that was granted it, that as well."""
    url = server.url("app", "ap'p")
    migrations.up(postgres.single(url), [])
    assert "log_parameter_max_length_on_error" not in " ".join(warnings(url))
    server.run('GRANT SET ON PARAMETER log_error_verbosity TO "ap\'p"')
    migrations.up(postgres.single(url), [])
    assert ["log_parameter_max_length"] == [risk.split()[0] for risk in warnings(url)]


def test_a_superusers_sessions_are_quiet_in_that_database_alone(server: Server) -> None:
    """The same login's other databases are others' affair."""
    server.run("CREATE DATABASE ours", "CREATE DATABASE theirs")
    migrations.up(postgres.single(server.url("ours")), [])
    assert [] == warnings(server.url("ours"))
    assert (
        QUIET.items()
        <= dict(server.run("SELECT name, setting FROM pg_settings", database="ours")).items()
    )
    assert 3 == len(warnings(server.url("theirs")))


def test_modules_that_log_for_themselves_are_seen() -> None:
    """Those of servers that have them; their limits are their own."""
    server = {"log_statement": "none", "log_transaction_sample_rate": "0"} | QUIET
    server |= {"log_min_duration_statement": "-1", "log_min_duration_sample": "-1"}
    explaining = {
        "auto_explain.log_min_duration": "5",
        "auto_explain.log_parameter_max_length": "-1",
    }
    assert [] == log_settings.risks(server)
    assert ["auto_explain.log_parameter_max_length"] == [
        risk.name for risk in log_settings.risks(server | explaining)
    ]
    assert ["pgaudit.log_parameter"] == [
        risk.name for risk in log_settings.risks(server | {"pgaudit.log_parameter": "on"})
    ]
