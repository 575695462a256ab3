# SPDX-License-Identifier: Apache-2.0
"""All targets are written or none, always the same, and say where they come from."""

from pathlib import Path

import pytest
import typer

from processors.catalog.load import load
from telesift.cli import app
from telesift.generate import drifted, targets, write

ROOT = Path(__file__).parents[2]
TARGETS = targets(typer.main.get_command(app))


def test_what_is_committed_is_what_the_catalog_says() -> None:
    """`make generate` was run."""
    assert [] == list(drifted(load(), ROOT, TARGETS))


def test_every_target_that_can_have_a_comment_begins_by_saying_how_it_is_made() -> None:
    """Whoever opens the file learns it before changing it."""
    pages = [target for target in TARGETS if not target.path.endswith(".json")]
    heads = {target.path: target.render(load()).splitlines()[:4] for target in pages}
    assert [] == [path for path, head in heads.items() if "make generate" not in "".join(head)]


def test_targets_are_written_where_they_belong(tmp_path: Path) -> None:
    """Folders are made; nothing else is left behind."""
    assert [target.path for target in TARGETS] == write(load(), tmp_path, TARGETS)
    files = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert {target.path for target in TARGETS} == files
    assert [] == list(drifted(load(), tmp_path, TARGETS))


def test_a_target_that_fails_leaves_all_as_they_were(tmp_path: Path) -> None:
    """Half a generation is worse than none."""

    def fail(_: object) -> str:
        raise RuntimeError

    failing = (TARGETS[0], TARGETS[1]._replace(render=fail))
    with pytest.raises(RuntimeError):
        write(load(), tmp_path, failing)
    assert [] == list(tmp_path.rglob("*"))
