# SPDX-License-Identifier: Apache-2.0
"""docs/reference/errors.md names every code that there is, and no other."""

import re
from pathlib import Path

from processors.delivery.trouble import Trouble
from processors.pipeline.reasons import Reason
from service_kit.problem import Problem

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/errors.md").read_text()
REASONS, ERRORS = PAGE.split("## Errors: a whole request")
# What a sink says of its other side is for the log: no caller ever sees it.
SINKS = {"sinks", "events_table"}
SOURCES = [
    path
    for part in ("service_kit", "processors", "psr_service")
    for path in (ROOT / part).rglob("*.py")
    if SINKS.isdisjoint(path.parts)
]
IN_SOURCE = re.compile(r"\bcode(?:: str)? ?= ?\"([a-z_]+)\"")


def documented(text: str) -> set[str]:
    """Give the codes of a page's tables: the first cell of each row."""
    return set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))


def raised() -> set[str]:
    """Give the codes that the sources can answer with."""
    literal = {code for path in SOURCES for code in IN_SOURCE.findall(path.read_text())}
    return literal | {Problem.code} | {trouble.value for trouble in Trouble}


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
