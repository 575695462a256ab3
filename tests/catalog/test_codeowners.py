# SPDX-License-Identifier: Apache-2.0
"""CODEOWNERS guards the catalog: payload does not creep past its owners."""

from pathlib import Path

import pytest

from processors.catalog.load import EVENTS, load
from telesift.generate import TARGETS

ROOT = Path(__file__).parents[2]
GUARDIANS = "@telesift/catalog-owners"
ELSEWHERE = ("docs/reference/", "collector-config/grafana/")
"""Where what is generated from something else than the catalog lies."""


def owners_of(path: str) -> list[str]:
    """Return the owners of a file: those of the last line that matches it."""
    lines = [line.split() for line in (ROOT / "CODEOWNERS").read_text().splitlines()]
    rules = [line for line in lines if line and not line[0].startswith("#")]
    return [rule[1:] for rule in rules if f"/{path}".startswith(rule[0])][-1]


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.yaml")), ids=lambda path: path.name)
def test_a_file_of_the_catalog_is_guarded_by_everyone_who_answers_for_it(path: Path) -> None:
    """The guardians, and each team that a definition in the file names as its owner."""
    catalog = load()
    defined = [*catalog.events.values(), *catalog.attributes.values()]
    teams = {thing.owner for thing in defined if thing.source.file == f"events/{path.name}"}
    assert {GUARDIANS} | teams == set(owners_of(str(path.relative_to(ROOT))))


def test_what_decides_and_what_is_generated_is_guarded() -> None:
    """Code of the catalog and its outcome change with the guardians' word only."""
    generated = [target.path for target in TARGETS if not target.path.startswith(ELSEWHERE)]
    for path in ("processors/catalog/load.py", "CODEOWNERS", *generated):
        assert GUARDIANS in owners_of(path), path
