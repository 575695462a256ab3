# SPDX-License-Identifier: Apache-2.0
"""How the product's Python is built: `python -m tests.house [ROOT]` prints its measures.

Of another commit, in a worktree: `python -m tests.house ../base`.
"""

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

PACKAGES: Final = ("service_kit", "processors", "psr_service", "dashboard", "telesift")
ALSO: Final = ("collector-config",)
"""Where product code stood outside of the packages."""


class Function(NamedTuple):
    """A function or method: where it is, and its lines from `def` to its end."""

    place: str
    lines: int


class Module(NamedTuple):
    """One file: its dotted name, its lines, and the modules that it imports anywhere."""

    name: str
    path: Path
    lines: int
    functions: list[Function]
    imports: set[str]


def modules(root: Path) -> list[Module]:
    """Read every module of the product below a checkout's root."""
    paths = [path for part in (*PACKAGES, *ALSO) for path in sorted((root / part).rglob("*.py"))]
    known = {_name(path.relative_to(root)) for path in paths}
    return [_module(path, root, known) for path in paths]


def circles(found: list[Module]) -> list[list[str]]:
    """Return the groups of modules that import each other, also from within functions."""
    graph = {module.name: module.imports for module in found}
    reach = {name: _reachable(name, graph) for name in graph}
    groups = {frozenset(other for other in reach[name] if name in reach[other]) for name in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _module(path: Path, root: Path, known: set[str]) -> Module:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    name = _name(path.relative_to(root))
    functions = [
        Function(f"{name}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    imports = {target for node in ast.walk(tree) for target in _targets(node, known)}
    return Module(name, path, len(text.splitlines()), functions, imports - {name})


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts).replace("-", "_")


def _targets(node: ast.AST, known: set[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in known)
    if isinstance(node, ast.ImportFrom) and node.module:
        inner = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name for name in inner if name in known)
        if node.module in known and any(name not in known for name in inner):
            yield node.module


def _reachable(name: str, graph: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for target in graph[waiting.pop()] - seen:
            seen.add(target)
            waiting.append(target)
    return seen


def main() -> None:
    """Print the measures of a checkout."""
    found = modules(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    sizes = [module.lines for module in found]
    functions = [function for module in found for function in module.functions]
    lengths = sorted(function.lines for function in functions)
    print(f"modules    {len(found)}, {sum(sizes):,} lines, median {statistics.median(sizes):.0f}")
    print(
        f"functions  {len(lengths)}, median {statistics.median(lengths):.0f} lines,"
        f" 90 % within {lengths[len(lengths) * 9 // 10]}, longest {lengths[-1]}"
    )
    print(f"circles    {len(circles(found))}")
    for group in circles(found):
        print(f"           {' <-> '.join(group)}")


if __name__ == "__main__":
    main()
