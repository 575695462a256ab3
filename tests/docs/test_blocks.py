# SPDX-License-Identifier: Apache-2.0
"""Every block of code in the documentation that can be run is run.

RUN says how, language by language; NOT_RUN says why not.
"""

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from processors.catalog.lint import lint
from processors.catalog.load import EVENTS, load
from service_kit import postgres
from service_kit.postgres import migrations
from telesift.database import HISTORIES
from tests.docs.blocks import Block, blocks

RUN = {
    "json": "parsed",
    "mermaid": "parsed, in test_diagrams",
    "python": "executed",
    "sh": "command by command, in test_shell",
    "sql": "executed on a migrated PostgreSQL, views by an analyst",
    "ts": "compiled, in test_typescript",
    "tsx": "compiled, in test_typescript",
    "yaml": "parsed; an event's definition is loaded into the catalog",
}
NOT_RUN = {
    "": "no code: a request's or a stream's path",
    "css": "custom properties with their defaults",
    "html": "a page of somebody else's",
    "js": "what a bundler compiles or reads: browser-sdk/test/hosts builds the same",
    "nginx": "a proxy of somebody else's",
}

WRITTEN = date(2026, 11, 23)
"""When the examples were written, whose review dates pass one day."""


def test_every_language_is_run_or_has_its_reason() -> None:
    """A block in a new language wants a decision."""
    assert {block.language for block in blocks()} == {*RUN, *NOT_RUN}


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    """It can be copied."""
    assert json.loads(block.text)


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml_is_yaml(block: Block) -> None:
    """It can be copied; tests/collector validates the collector's."""
    assert yaml.safe_load(block.text)


@pytest.mark.parametrize(
    "block", [block for block in blocks("yaml") if "annotations:" in block.text], ids=str
)
def test_an_events_definition_passes_the_lint(block: Block, tmp_path: Path) -> None:
    """What a reader is told to add to the catalog may be added."""
    for file in EVENTS.iterdir():
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    prompts = tmp_path / "prompts.yaml"
    definition = "".join(f"  {line}\n" for line in _dedented(block.text))
    prompts.write_text(prompts.read_text("utf-8") + definition, "utf-8")
    catalog, before = load(tmp_path), load()
    assert len(before.events) + 1 == len(catalog.events)
    assert [] == [str(finding) for finding in lint(catalog, WRITTEN)]


def _dedented(text: str) -> list[str]:
    lines = text.splitlines()
    return [line[len(lines[0]) - len(lines[0].lstrip()) :] for line in lines]


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_runs(block: Block) -> None:
    """On its own, with what is installed."""
    exec(compile(block.text, str(block), "exec"), {})


@pytest.fixture(scope="module")
def migrated(database_url: str) -> str:
    """Return a database with everybody's tables."""
    migrations.up(postgres.single(database_url), HISTORIES)
    return database_url


@pytest.mark.parametrize("block", blocks("sql"), ids=str)
def test_sql_runs(block: Block, migrated: str) -> None:
    """As an analyst, where it reads only what analysts may; as the tables' owner elsewhere."""
    is_for_analysts = "_analytics." in block.text
    database = postgres.single(migrated, role="psr_analyst" if is_for_analysts else None)
    with database.connection_context():
        assert database.execute_sql(block.text.replace("%", "%%")).description
