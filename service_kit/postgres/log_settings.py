# SPDX-License-Identifier: Apache-2.0
"""What keeps values out of PostgreSQL's own log, and what of it this server lacks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from peewee import PostgresqlDatabase
from psycopg import sql

QUIET: Final = {
    # Parameters of statements that are logged for their duration, or because they failed.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # Without DETAIL ("Failing row contains ...") and CONTEXT ("JSON data, line 1: ...").
    "log_error_verbosity": "terse",
    # Without the statement: ours have no values in them, those of a person at psql do.
    "log_min_error_statement": "panic",
}
"""PostgreSQL's settings, and the values under which its log has none of ours."""

_ALLOWED: Final = """
SELECT name FROM pg_settings
WHERE name = ANY(%s) AND (context = 'user' OR has_parameter_privilege(name, 'SET'))
ORDER BY name
"""

_IN_EFFECT: Final = "SELECT name, setting FROM pg_settings"

Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Risk:
    """A setting under which values come into the log, and why."""

    name: str
    logs_values: Callable[[Settings], bool]
    why: str
    safe: str


def _logs_statements(settings: Settings) -> bool:
    timed = ("log_min_duration_statement", "log_min_duration_sample")
    return (
        settings["log_statement"] in {"mod", "all"}
        or any(settings[name] != "-1" for name in timed)
        or settings["log_transaction_sample_rate"] != "0"
    )


_RISKS: Final = (
    Risk(
        "log_parameter_max_length",
        lambda s: s["log_parameter_max_length"] != "0" and _logs_statements(s),
        "statements are logged with their parameters",
        "0",
    ),
    Risk(
        "log_parameter_max_length_on_error",
        lambda s: s["log_parameter_max_length_on_error"] != "0",
        "statements that fail are logged with their parameters",
        "0",
    ),
    Risk(
        "log_error_verbosity",
        lambda s: s["log_error_verbosity"] != "terse",
        "a row that is refused is quoted",
        "terse",
    ),
    Risk(
        "auto_explain.log_parameter_max_length",
        lambda s: (
            s.get("auto_explain.log_min_duration", "-1") != "-1"
            and s.get("auto_explain.log_parameter_max_length") != "0"
        ),
        "slow statements are explained with their parameters",
        "0",
    ),
    Risk(
        "pgaudit.log_parameter",
        lambda s: s.get("pgaudit.log_parameter", "off") == "on",
        "audited statements are logged with their parameters",
        "off",
    ),
)


def quieten(database: PostgresqlDatabase) -> None:
    """Set what we may of `QUIET`, for this transaction and for each later session of this login.

    In this database alone: the login may have others, and the database other users.
    """
    names = [name for (name,) in database.execute_sql(_ALLOWED, (list(QUIET),)).fetchall()]
    (login, name_of_database), *_ = database.execute_sql(
        "SELECT session_user, current_database()"
    ).fetchall()
    for name in names:
        database.execute_sql("SELECT set_config(%s, %s, true)", (name, QUIET[name]))
        database.execute_sql(_alter(login, name_of_database, name, QUIET[name]).replace("%", "%%"))


def warnings(database: PostgresqlDatabase) -> list[str]:
    """Return a line for each setting that brings our values into this server's log."""
    settings: Settings = dict(database.execute_sql(_IN_EFFECT).fetchall())
    (login, name), *_ = database.execute_sql("SELECT session_user, current_database()").fetchall()
    return [
        f"{risk.name} is {settings.get(risk.name, 'unset')}: {risk.why};"
        f" an administrator can run {_alter(login, name, risk.name, risk.safe)}"
        for risk in risks(settings)
    ]


def risks(settings: Settings) -> list[Risk]:
    """Return what of a server's settings, by name, brings values into its log."""
    return [risk for risk in _RISKS if risk.logs_values(settings)]


def _alter(login: str, database: str, name: str, value: str) -> str:
    template = sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}")
    parts = sql.Identifier(login), sql.Identifier(database), sql.SQL(name), sql.Literal(value)
    return template.format(*parts).as_string()
