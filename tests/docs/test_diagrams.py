# SPDX-License-Identifier: Apache-2.0
"""The diagrams in the documentation are ones that Mermaid can draw."""

import json
import os
import subprocess

import pytest

from tests.docs.blocks import ROOT, blocks

NEEDED = ROOT / "node_modules/@mermaid-js/tiny"


def complaints(diagrams: list[str]) -> list[str]:
    """Return what Mermaid says of each, "" where it is content."""
    if not NEEDED.exists():
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("needs the workspace's packages: npm ci")
    script = ["node", "tests/docs/diagrams/parse.mjs"]
    text = json.dumps(diagrams)
    parsed = subprocess.run(
        script, cwd=ROOT, input=text, stdout=subprocess.PIPE, text=True, check=True
    )
    return list(json.loads(parsed.stdout))


def test_every_diagram_can_be_drawn() -> None:
    """The site draws them in the reader's browser, where a mistake would show too late."""
    found = blocks("mermaid")
    broken, *said = complaints(["flowchart LR\n  a[no end --> b", *(b.text for b in found)])
    assert broken
    assert {} == {str(b): text for b, text in zip(found, said, strict=True) if text}
