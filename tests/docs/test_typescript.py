# SPDX-License-Identifier: Apache-2.0
"""The documentation's TypeScript compiles against the SDK's sources, as a reader would type it."""

import json
import os
import re
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, Block, blocks

TSC = ROOT / "node_modules/.bin/tsc"
IMPORT = re.compile(r'^import (?:{(?P<names>[^}]+)} from )?"(?P<module>[^"]+)";$', re.MULTILINE)

OWN_PROMPT = "export declare const prompt: { id: string; version: number };\n"
"""A host's prompt, in the place of the browser's function of that name."""

WRONG = {"docs/getting-started.md": "title"}
"""Where a page shows what does not compile, and the word that the compiler complains about."""


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Compile all blocks at once, each a module; return what is wrong with each, by its page."""
    if not TSC.exists():
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("needs the workspace's packages: npm ci")
    folder = tmp_path_factory.mktemp("typescript")
    names = {write(folder, number, block): block for number, block in enumerate(modules())}
    (folder / "tsconfig.json").write_text(json.dumps(configuration()))
    built = subprocess.run([TSC, "-p", folder], capture_output=True, text=True, check=False)
    found: dict[str, list[str]] = defaultdict(list)
    for line in re.findall(r"^\S.*", built.stdout, re.MULTILINE):  # what is indented explains
        name = Path(line.partition("(")[0]).name
        assert name in names, line
        found[names[name].page].append(f"{names[name]}: {line}")
    return found


def configuration() -> dict[str, object]:
    """Return the SDK's own, with the ways to it and to React from a folder elsewhere."""
    return {
        "extends": str(ROOT / "browser-sdk/tsconfig.json"),
        "compilerOptions": {
            "types": [],
            "noUncheckedSideEffectImports": False,
            "paths": {
                "@telesift/browser": [str(ROOT / "browser-sdk/src/index.ts")],
                "@telesift/browser/*": [str(ROOT / "browser-sdk/src/*.ts")],
                "react": [str(ROOT / "node_modules/@types/react")],
                "react/*": [str(ROOT / "node_modules/@types/react/*")],
            },
        },
        "include": [
            "*.ts",
            "*.tsx",
            str(ROOT / "browser-sdk/src/globals.d.ts"),
            str(ROOT / "tests/docs/typescript/reader.d.ts"),
        ],
    }


def modules() -> list[Block]:
    """Return the blocks, each with the imports that stand further up on its page."""
    seen: dict[str, dict[str, str]] = defaultdict(dict)
    result = []
    for block in blocks("ts", "tsx"):
        own = imported(block.text)
        above = [
            f'import {{ {name} }} from "{module}";\n'
            for name, module in seen[block.page].items()
            if name not in own
        ]
        seen[block.page] |= own
        text = "".join(above) + OWN_PROMPT + block.text.replace("[...]", "[]")
        result.append(Block(block.page, block.line, block.language, text))
    return result


def imported(text: str) -> dict[str, str]:
    """Return the names that a module imports, and from where."""
    return {
        name.strip(): match["module"]
        for match in IMPORT.finditer(text)
        for name in (match["names"] or "").split(",")
        if name.strip()
    }


def write(folder: Path, number: int, block: Block) -> str:
    """Write a block as a file; return its name."""
    name = f"block{number}.{block.language}"
    (folder / name).write_text(block.text, "utf-8")
    return name


@pytest.mark.parametrize("page", sorted({block.page for block in blocks("ts", "tsx")} - {*WRONG}))
def test_typescript_compiles(complaints: dict[str, list[str]], page: str) -> None:
    """It can be copied."""
    assert [] == complaints[page]


@pytest.mark.parametrize("page", WRONG)
def test_what_does_not_compile_does_not(complaints: dict[str, list[str]], page: str) -> None:
    """A page that shows an error is right about it."""
    (complaint,) = complaints[page]
    assert f"'{WRONG[page]}' does not exist" in complaint
