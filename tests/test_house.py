# SPDX-License-Identifier: Apache-2.0
"""The house stays as it was built: no circles, no function that nobody can hold in mind."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.bench.house import circles, modules

MODULES = modules(Path(__file__).parents[1])
BENCHES = sorted(Path(__file__).with_name("bench").glob("[a-z]*.py"))
MOST_LINES = 40


def test_no_modules_import_each_other() -> None:
    """Not even from within functions: who needs whom has one direction."""
    assert [] == circles(MODULES)


def test_no_function_is_longer_than_a_screen() -> None:
    """Aim at 6 lines, accept 15, explain 30."""
    functions = [function for module in MODULES for function in module.functions]
    assert [] == [function.place for function in functions if function.lines > MOST_LINES]


@pytest.mark.parametrize("path", BENCHES, ids=lambda path: path.stem)
def test_a_benchmark_can_be_imported(path: Path) -> None:
    """Nothing else runs them, so nothing else would notice what moved away."""
    import_module(f"tests.bench.{path.stem}")
