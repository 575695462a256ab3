# SPDX-License-Identifier: Apache-2.0
"""docs/reference/errors.md names every code that there is, and no other."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from peewee import OperationalError

from processors.delivery.outbox import owners, salvage
from processors.delivery.outbox.health import StorageFault
from processors.delivery.sinks.postgres import sqlstate
from processors.delivery.sinks.postgres.retention import Window
from processors.pipeline.verdicts import Reason
from service_kit.http.problem import Problem

ROOT = Path(__file__).parents[2]
_, REASONS, ERRORS, UNDELIVERABLE, RETRIES = re.split(
    r"^## .*$", (ROOT / "docs/reference/errors.md").read_text("utf-8"), flags=re.MULTILINE
)
# What a sink says of its other side is for the log: no caller ever sees it.
SINKS = {"sinks"}
SOURCES = [
    path
    for part in ("service_kit", "processors", "psr_service", "dashboard")
    for path in (ROOT / part).rglob("*.py")
    if SINKS.isdisjoint(path.parts)
]
IN_SOURCE = re.compile(r"\bcode(?:: str)? ?= ?\"([a-z_]+)\"|MalformedRequest\(\w+, \"([a-z_]+)\"\)")


def documented(text: str) -> set[str]:
    """Return the codes of a page's tables: the first cell of each row."""
    return set(re.findall(r"^\| `([a-z_<>]+)` \|", text, re.MULTILINE))


def raised() -> set[str]:
    """Return the codes that the sources can answer with."""
    literal = {
        code
        for path in SOURCES
        for codes in IN_SOURCE.findall(path.read_text())
        for code in codes
        if code
    }
    return literal | {Problem.code} | {trouble.value for trouble in StorageFault}


def nodes_of_sinks() -> Iterator[ast.AST]:
    """Return every node of the sinks' sources."""
    for path in (ROOT / "processors/delivery/sinks").rglob("*.py"):
        yield from ast.walk(ast.parse(path.read_text("utf-8")))


def text_of(node: ast.AST) -> str:
    """Return a text, with what is filled in later in angle brackets; "" for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(map(text_of, node.values))
    if isinstance(node, ast.FormattedValue):
        return "<status>"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def retried() -> set[str]:
    """Return what the sinks raise `Retry` with, PostgreSQL's part of it by its error codes."""
    named = {
        text_of(node.args[0])
        for node in nodes_of_sinks()
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Retry"
    }
    codes = (*sqlstate._REASONS, "XX000", "")  # an error of no class we know, and no answer
    return named - {""} | {sqlstate.reason(database_error(code)) for code in codes}


def database_error(code: str) -> OperationalError:
    """Make the error that peewee raises for a PostgreSQL error code."""
    error = OperationalError()
    error.orig = type("Original", (Exception,), {"sqlstate": code})()
    return error


def set_aside() -> set[str]:
    """Return what the sinks, retention and repairs call undeliverable."""
    pairs = (node.elts for node in nodes_of_sinks() if isinstance(node, ast.Tuple))
    seconds = {text_of(pair[1]) for pair in pairs if len(pair) == 2}
    counted = {text for text in seconds if text.islower()}  # the others are variables' names
    passed_on = {
        text_of(argument)
        for node in nodes_of_sinks()
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self._send_parts"
        for argument in node.args
    }
    window, year = Window.at(datetime.now(UTC), 7), timedelta(days=365)
    objections = {window.objection(window.first - year), window.objection(window.last + year)}
    return (counted | passed_on | {owners.REASON, salvage.REASON} | objections) - {"", None}


def test_every_reason_is_documented_and_every_documented_one_exists() -> None:
    """A reason is part of the API."""
    assert {reason.value for reason in Reason} == documented(REASONS)


def test_every_reason_is_explained_in_the_words_of_the_source() -> None:
    """One explanation, in two places that cannot differ."""
    missing = [reason.value for reason in Reason if reason.explanation not in REASONS]
    assert [] == missing


def test_every_error_is_documented_and_every_documented_one_exists() -> None:
    """An error's code is what a program looks at."""
    assert raised() == documented(ERRORS)


def test_every_undeliverable_is_documented_and_every_documented_one_exists() -> None:
    """The ledger shows it to whoever asks where an event went."""
    assert set_aside() == documented(UNDELIVERABLE)


def test_every_retry_is_documented_and_every_documented_one_exists() -> None:
    """The log shows it to whoever is on call."""
    assert retried() == documented(RETRIES)
