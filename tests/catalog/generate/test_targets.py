# SPDX-License-Identifier: Apache-2.0
"""All targets are written or none, always the same, and say where they come from."""

from dataclasses import replace
from pathlib import Path

import pytest

from processors.catalog.load import load
from telesift.generate import TARGETS, drifted, write

ROOT = Path(__file__).parents[3]


def test_what_is_committed_is_what_the_catalog_says() -> None:
    """`make generate` was run."""
    assert [] == list(drifted(load(), ROOT))


def test_every_target_begins_by_saying_where_it_comes_from() -> None:
    """Whoever opens the file learns it before changing it."""
    for target in TARGETS:
        head = target.render(load()).splitlines()[:2]
        assert any("from processors/catalog, do not edit: make generate" in line for line in head)


def test_targets_are_written_where_they_belong(tmp_path: Path) -> None:
    """Folders are made; nothing else is left behind."""
    assert [target.path for target in TARGETS] == write(load(), tmp_path)
    files = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert {target.path for target in TARGETS} == files
    assert [] == list(drifted(load(), tmp_path))


def test_a_target_that_fails_leaves_all_as_they_were(tmp_path: Path) -> None:
    """Half a generation is worse than none."""

    def fail(_: object) -> str:
        raise RuntimeError

    targets = (TARGETS[0], replace(TARGETS[1], render=fail))
    with pytest.raises(RuntimeError):
        write(load(), tmp_path, targets=targets)
    assert [] == list(tmp_path.rglob("*"))
