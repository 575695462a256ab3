# SPDX-License-Identifier: Apache-2.0
"""What the pages name exists: commands, endpoints, settings, tables, metrics, make's targets."""

import re
from itertools import chain

import pytest
import typer

from processors.catalog.load import load
from service_kit import postgres
from service_kit.postgres import migrations
from telesift.cli import app
from telesift.database import HISTORIES
from telesift.generate import api_page
from tests.docs.blocks import PAGES, ROOT, blocks, codes
from tests.docs.test_reference import FIELDS, HEALTH

OURS = re.compile(r"(?:TELESIFT|AUTH|FEATURES|PSR|TELEMETRY|PROMPT_LOOKUP|ALLOWED)_[A-Z_]+")
CALL = re.compile(r"(?:GET|POST|PUT|DELETE) (/\S*)")
RELATION = re.compile(r"(?:psr|telemetry)_[a-z_]+(?:\.[a-z]+)?")
METRIC = re.compile(r"\btelesift_(?:events|outbox|batch|sink|job)_[a-z_]+")
TARGETS = re.compile(r"^([a-z][a-z0-9-]*):.*## ", re.MULTILINE)

OF_THE_HOST = {"/me", "/prompts/…/copy"}
"""Endpoints of the host application, which we only call."""

SETTINGS_OF_THE_VAULT = {"PSR_URL"}

PACKAGES = {"psr_service"}


def test_every_setting_exists() -> None:
    """A name that looks like one of our settings is one."""
    named = set(chain.from_iterable(OURS.findall(code.text) for code in codes()))
    assert set() == named - {*FIELDS.values()} - SETTINGS_OF_THE_VAULT


def test_every_endpoint_exists() -> None:
    """A method and a path are in one of the services' documents."""
    documents = [api_page.document(service, load()) for service in api_page.SERVICES]
    known = {re.sub(r"{\w+}", "{}", path) for found in documents for path in found["paths"]}
    named = {match[1].partition("?")[0] for code in codes() if (match := CALL.match(code.text))}
    plain = {re.sub(r"{[\w,]+}", "{}", path) for path in named - OF_THE_HOST}
    assert set() == plain - known - HEALTH


def test_every_table_exists(database_url: str) -> None:
    """A name that looks like a table, a view, a function or a role of ours is one."""
    database = postgres.single(database_url)
    migrations.up(database, HISTORIES)
    with database.connection_context():
        known = {name for (name,) in database.execute_sql(NAMES)}
    named = {code.text for code in codes() if RELATION.fullmatch(code.text)}
    tables = {name for name in named if name.partition(".")[0] not in PACKAGES}
    assert set() == tables - known


def test_every_table_is_in_the_privacy_page(database_url: str) -> None:
    """What is stored is listed, with how long it stays."""
    database = postgres.single(database_url)
    migrations.up(database, HISTORIES)
    with database.connection_context():
        tables = [name for (name,) in database.execute_sql(TABLES)]
    page = (ROOT / "docs/privacy.md").read_text("utf-8")
    assert tables
    assert [] == [name for name in tables if f"`{name}`" not in page]


def test_every_flag_is_in_the_rollout_page() -> None:
    """What can be switched is said, with what it is when unset."""
    page = (ROOT / "docs/rollout.md").read_text("utf-8")
    flags = [name for name in FIELDS.values() if FLAG in name]
    assert flags
    assert [] == [name for name in flags if f"| `{name}` |" not in page]


FLAG = "FEATURES_"

TABLES = """
SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition
  AND relname NOT LIKE '%%\\_migrations'
"""

NAMES = """
SELECT relname FROM pg_class UNION SELECT nspname FROM pg_namespace UNION
SELECT rolname FROM pg_roles UNION SELECT nspname || '.' || relname
FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace UNION
SELECT nspname || '.' || proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
"""


def test_every_metric_exists_and_is_explained() -> None:
    """A metric in a page is one that the processor measures, and operations.md lists each."""
    source = (ROOT / "processors/gateway/meters.py").read_text("utf-8")
    measured = {name.replace(".", "_") for name in re.findall(r'"(telesift\.[a-z.]+)"', source)}
    texts = {page: page.read_text("utf-8") for page in PAGES}
    named = {as_measured(name) for text in texts.values() for name in METRIC.findall(text)}
    rows = re.findall(
        r"^\| `(telesift_[a-z_]+)` \|", texts[ROOT / "docs/operations.md"], re.MULTILINE
    )
    assert measured == {as_measured(name) for name in rows}
    assert set() == named - measured


def as_measured(name: str) -> str:
    """Return a name without what Prometheus adds: the kind of the metric, and its unit."""
    return re.sub("_(total|bucket|count|sum|ratio|seconds)$", "", name)


@pytest.mark.parametrize(
    "words", sorted({code.text for code in codes() if code.text.startswith("telesift ")})
)
def test_every_command_exists(words: str) -> None:
    """Its words lead to a command, and that command has its options."""
    command: object = typer.main.get_command(app)
    rest = words.split()[1:]
    while rest and (inner := getattr(command, "commands", None)):
        named = rest.pop(0)
        assert set(named.split("|")) <= inner.keys(), named
        command = inner[named.partition("|")[0]]
    options = {option for parameter in command.params for option in parameter.opts}  # type: ignore[attr-defined]
    assert set() == set(re.findall(r"--[a-z-]+", " ".join(rest))) - options


def test_every_target_of_make_exists() -> None:
    """`make X` in a page is a line of `make`'s own list."""
    files = [ROOT / "Makefile", *ROOT.glob("*/*.mk"), *ROOT.glob("examples/*/*.mk")]
    known = set(chain.from_iterable(TARGETS.findall(file.read_text("utf-8")) for file in files))
    texts = [code.text for code in codes()] + [block.text for block in blocks("sh")]
    named = {
        name for text in texts for name in re.findall(r"^make ([a-z0-9-]+)", text, re.MULTILINE)
    }
    assert set() == named - known
